// libmicrohttpd 0.9.75 as Swift sees it; variadic functions are not imported, so each call of one has a shim here.
#include <microhttpd.h>
// Debian's libmicrohttpd does TLS by GnuTLS, and hands its certificate callback GnuTLS' own types.
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

// What the daemon calls back. Typed here, so that no function pointer is cast in Swift.
struct sessiond_http_callbacks {
    void *context;  // handed to each of them first
    MHD_LogCallback log;
    MHD_AcceptPolicyCallback accept;
    MHD_NotifyConnectionCallback connection;
    void *(*target)(void *context, const char *target, struct MHD_Connection *connection);
    size_t (*unescape)(void *context, struct MHD_Connection *connection, char *text);
    MHD_AccessHandlerCallback answer;
    MHD_RequestCompletedCallback completed;
    gnutls_certificate_retrieve_function2 *certificate;  // null for plain HTTP; has no context of its own
};

// TLS 1.2 and 1.3, keys agreed on anew for each connection, ciphers that authenticate what they encrypt.
#define SESSIOND_HTTP_PRIORITIES                                                                                  \
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:-CIPHER-ALL:+AES-256-GCM:"        \
    "+AES-128-GCM:+CHACHA20-POLY1305:-MAC-ALL:+AEAD:%SERVER_PRECEDENCE"

// MHD_start_daemon is variadic. The logger comes first: what is reported before it is set goes to stderr.
// POLL and never EPOLL: 0.9.75 stalls under EPOLL when a multiple of 128 events is ready.
// ITC is what MHD_quiesce_daemon needs.
static inline struct MHD_Daemon *sessiond_http_start(const struct sessiond_http_callbacks *calls, int listen_socket,
                                                     unsigned int connections, unsigned int idle_seconds,
                                                     size_t memory_bytes) {
    // The options that begin with the first one are left out where there is no TLS.
    struct MHD_OptionItem tls[] = {
        {calls->certificate ? MHD_OPTION_HTTPS_CERT_CALLBACK : MHD_OPTION_END, 0, (void *) calls->certificate},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *) SESSIOND_HTTP_PRIORITIES},
        {MHD_OPTION_END, 0, NULL}};
    unsigned int flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG;
    return MHD_start_daemon(calls->certificate ? flags | MHD_USE_TLS : flags, 0, calls->accept,
                            calls->context, calls->answer, calls->context,
                            MHD_OPTION_EXTERNAL_LOGGER, calls->log, calls->context,
                            MHD_OPTION_LISTEN_SOCKET, listen_socket,
                            MHD_OPTION_CONNECTION_LIMIT, connections,
                            MHD_OPTION_CONNECTION_TIMEOUT, idle_seconds,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory_bytes,
                            MHD_OPTION_NOTIFY_CONNECTION, calls->connection, calls->context,
                            MHD_OPTION_URI_LOG_CALLBACK, calls->target, calls->context,
                            MHD_OPTION_UNESCAPE_CALLBACK, calls->unescape, calls->context,
                            MHD_OPTION_NOTIFY_COMPLETED, calls->completed, calls->context,
                            MHD_OPTION_ARRAY, tls,
                            MHD_OPTION_END);
}

// MHD_get_connection_info is variadic; -1 where there is none.
static inline int sessiond_http_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

// The same, for the client's address; null where there is none.
static inline const struct sockaddr *sessiond_http_peer(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info ? info->client_addr : NULL;
}

// The same, for what the connection's callback put beside it; null before that.
static inline void *sessiond_http_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

// The connection of a handshake: the library leaves it with the session, for its own callbacks as well.
static inline struct MHD_Connection *sessiond_http_connection(gnutls_session_t session) {
    return (struct MHD_Connection *) gnutls_session_get_ptr(session);
}
