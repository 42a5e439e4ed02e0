// static_http BYTES: answers every request with the same BYTES bytes, on 127.0.0.1 at a port that the kernel chooses.
//
// libmicrohttpd with poll and one thread, and no work in the handler: what /metrics could cost at the least in this
// library. Ends at SIGTERM.
#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char started;

static enum MHD_Result answer(void *body, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **context) {
    (void)url, (void)method, (void)version, (void)upload;
    if (*context == NULL) {  // the first call for a request only brings its head
        *context = &started;
        return MHD_YES;
    }
    if (*upload_size > 0) {  // a body is taken and thrown away
        *upload_size = 0;
        return MHD_YES;
    }
    return MHD_queue_response(connection, MHD_HTTP_OK, body);
}

int main(int count, char **arguments) {
    long bytes = count == 2 ? strtol(arguments[1], NULL, 10) : 0;
    if (bytes <= 0) {
        fprintf(stderr, "usage: static_http BYTES\n");
        return 2;
    }
    char *body = malloc((size_t)bytes);
    if (body == NULL) return 1;
    memset(body, '#', (size_t)bytes);
    struct MHD_Response *response = MHD_create_response_from_buffer((size_t)bytes, body, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");

    sigset_t signals;  // blocked before the server's thread starts, so that only sigwait sees them
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);

    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_POLL_INTERNAL_THREAD, 0, NULL, NULL, answer, response,
                                                 MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_END);
    if (daemon == NULL) {
        fprintf(stderr, "static_http: the server did not start\n");
        return 1;
    }
    int signal_number;
    sigwait(&signals, &signal_number);
    MHD_stop_daemon(daemon);
    MHD_destroy_response(response);
    free(body);
}
