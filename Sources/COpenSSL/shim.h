// OpenSSL 3 as Swift sees it.
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// These are macros over `SSL_CTX_ctrl` and `SSL_ctrl`, with casts: Swift imports no macro that takes arguments.
static inline int sessiond_ssl_require_tls_1_2(SSL_CTX *context) {
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
}
static inline void sessiond_ssl_write_in_parts(SSL_CTX *context) {
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}
static inline int sessiond_ssl_ask_for_name(SSL *session, const char *name) {
    return SSL_set_tlsext_host_name(session, name) == 1;
}

// Macros over `BIO_set_flags` and `BIO_clear_flags`.
static inline void sessiond_bio_forget_retry(BIO *bio) { BIO_clear_retry_flags(bio); }
static inline void sessiond_bio_ask_to_retry_write(BIO *bio) { BIO_set_retry_write(bio); }
