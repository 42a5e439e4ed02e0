// libmicrohttpd 0.9.75 as Swift sees it; variadic functions are not imported, so each call of one has a shim here.
#include <microhttpd.h>

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
};

// MHD_start_daemon is variadic. The logger comes first: what is reported before it is set goes to stderr.
// POLL and never EPOLL: 0.9.75 stalls under EPOLL when a multiple of 128 events is ready.
// ITC is what MHD_quiesce_daemon needs.
static inline struct MHD_Daemon *sessiond_http_start(const struct sessiond_http_callbacks *calls, int listen_socket,
                                                     unsigned int connections, unsigned int idle_seconds,
                                                     size_t memory_bytes) {
    return MHD_start_daemon(MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG, 0, calls->accept,
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
