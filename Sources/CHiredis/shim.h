// hiredis 0.14.1 as Swift sees it.
#include <hiredis/hiredis.h>

// `errstr` is a char[128]; Swift would import it as a tuple of 128 elements.
static inline const char *sessiond_redis_errstr(const redisContext *context) { return context->errstr; }
static inline const char *sessiond_redis_reader_errstr(const redisReader *reader) { return reader->errstr; }
