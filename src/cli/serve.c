/* The page of a running fit, by libmicrohttpd (https://www.gnu.org/software/libmicrohttpd): GET
 * alone, on the loopback address alone, at an address that only who started the fit knows. */
#include "cli/view.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { TOKEN_BYTES = 16 };

typedef struct {
    char *bytes;
    size_t length;
} text;

struct cli_server {
    struct MHD_Daemon *daemon;
    char token[2 * TOKEN_BYTES + 1];
    char host[2][32]; /* what a browser calls us; another name is another page's doing */
    char address[96];
    pthread_mutex_t lock; /* over what follows */
    text page, state;
    uint64_t version, given; /* the newest one, and the newest that was asked for and sent */
    double asked_s;
};

/* ---- answers ---- */

static enum MHD_Result answer(struct MHD_Connection *to, unsigned status, const char *type,
                              const char *bytes, size_t length) {
    struct MHD_Response *r =
        MHD_create_response_from_buffer(length, (void *)(uintptr_t)bytes, MHD_RESPMEM_MUST_COPY);
    if (!r)
        return MHD_NO;
    MHD_add_response_header(r, "Content-Type", type);
    MHD_add_response_header(r, "Cache-Control", "no-store");
    MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(r, "X-Frame-Options", "DENY");
    MHD_add_response_header(r, "Referrer-Policy", "no-referrer");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(r, "Allow", "GET");
    enum MHD_Result done = MHD_queue_response(to, status, r);
    MHD_destroy_response(r);
    return done;
}

static enum MHD_Result refuse(struct MHD_Connection *to, unsigned status, const char *words) {
    return answer(to, status, "text/plain; charset=utf-8", words, strlen(words));
}

static enum MHD_Result send_page(cli_server *s, struct MHD_Connection *to) {
    static const char waiting[] =
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\">"
        "<meta http-equiv=\"refresh\" content=\"1\"><title>spikefit</title>"
        "<p>The search is about to begin.</p></html>\n";
    bool begun = s->page.length > 0;
    return answer(to, MHD_HTTP_OK, "text/html; charset=utf-8", begun ? s->page.bytes : waiting,
                  begun ? s->page.length : sizeof waiting - 1);
}

static enum MHD_Result send_state(cli_server *s, struct MHD_Connection *to) {
    const char *after = MHD_lookup_connection_value(to, MHD_GET_ARGUMENT_KIND, "after");
    bool newest = !s->state.length || (after && strtoull(after, NULL, 10) >= s->version);
    s->given = s->version;
    if (newest)
        return answer(to, MHD_HTTP_NO_CONTENT, "text/plain", "", 0);
    return answer(to, MHD_HTTP_OK, "application/json", s->state.bytes, s->state.length);
}

/* ---- who asks, and for what ---- */

/* Takes as long for a near miss as for a far one. */
static bool same_token(const char *a, const char *b) {
    unsigned char differs = 0;
    for (size_t i = 0; i < 2 * TOKEN_BYTES; i++)
        differs |= (unsigned char)(a[i] ^ b[i]);
    return !differs;
}

/* What stands behind "/TOKEN/", or NULL. */
static const char *behind_token(const cli_server *s, const char *url) {
    size_t length = 2 * TOKEN_BYTES;
    if (strlen(url) < length + 2 || url[0] != '/' || url[length + 1] != '/' ||
        !same_token(url + 1, s->token))
        return NULL;
    return url + length + 2;
}

static bool knows_host(const cli_server *s, struct MHD_Connection *from) {
    const char *host = MHD_lookup_connection_value(from, MHD_HEADER_KIND, "Host");
    return host && (strcmp(host, s->host[0]) == 0 || strcmp(host, s->host[1]) == 0);
}

static const struct {
    const char *path;
    enum MHD_Result (*send)(cli_server *s, struct MHD_Connection *to);
} routes[] = {{"", send_page}, {"state", send_state}};

static enum MHD_Result on_request(void *user, struct MHD_Connection *from, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state) {
    cli_server *s = user;
    (void)version;
    (void)upload;
    if (strcmp(method, "GET") != 0) {
        /* A body must be read before it can be refused. */
        static const char reading;
        if (!*state) {
            *state = (void *)(uintptr_t)&reading;
            return MHD_YES;
        }
        if (*upload_size) {
            *upload_size = 0;
            return MHD_YES;
        }
        return refuse(from, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET is answered\n");
    }
    if (!knows_host(s, from))
        return refuse(from, MHD_HTTP_FORBIDDEN, "this page is for this computer alone\n");
    const char *path = behind_token(s, url);
    for (size_t i = 0; path && i < sizeof routes / sizeof *routes; i++) {
        if (strcmp(path, routes[i].path) != 0)
            continue;
        pthread_mutex_lock(&s->lock);
        s->asked_s = cli_now_s();
        enum MHD_Result done = routes[i].send(s, from);
        pthread_mutex_unlock(&s->lock);
        return done;
    }
    return refuse(from, MHD_HTTP_NOT_FOUND, "there is nothing here\n");
}

/* ---- life ---- */

static spk_status make_token(cli *c, char *token) {
    unsigned char bytes[TOKEN_BYTES];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return cli_fail(c, SPK_ERR_IO, NULL, "no random numbers for the page's address: %s",
                        strerror(errno));
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(token + 2 * i, 3, "%02x", bytes[i]);
    return SPK_OK;
}

spk_status cli_server_start(cli *c, int port, cli_server **out) {
    cli_server *s = calloc(1, sizeof *s);
    if (!s)
        return cli_fail(c, SPK_ERR_MEMORY, NULL, "out of memory");
    spk_status st = make_token(c, s->token);
    if (st) {
        free(s);
        return st;
    }
    struct sockaddr_in where = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr = {htonl(INADDR_LOOPBACK)}};
    pthread_mutex_init(&s->lock, NULL);
    s->daemon =
        MHD_start_daemon(MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, on_request,
                         s, MHD_OPTION_SOCK_ADDR, &where, MHD_OPTION_CONNECTION_LIMIT, 32u,
                         MHD_OPTION_CONNECTION_TIMEOUT, 30u, MHD_OPTION_END);
    const union MHD_DaemonInfo *info =
        s->daemon ? MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
    if (!info) {
        int problem = errno;
        cli_server_stop(s);
        return cli_fail(c, SPK_ERR_IO, "--serve alone takes any free port",
                        "cannot serve the page at port %d: %s", port, strerror(problem));
    }
    snprintf(s->host[0], sizeof s->host[0], "127.0.0.1:%u", info->port);
    snprintf(s->host[1], sizeof s->host[1], "localhost:%u", info->port);
    snprintf(s->address, sizeof s->address, "http://%s/%s/", s->host[0], s->token);
    *out = s;
    return SPK_OK;
}

const char *cli_server_address(const cli_server *s) {
    return s->address;
}

static bool take(text *t, const char *bytes, size_t length) {
    char *copy = realloc(t->bytes, length + 1);
    if (!copy)
        return false;
    memcpy(copy, bytes, length);
    *t = (text){copy, length};
    return true;
}

spk_status cli_server_publish(cli_server *s, uint64_t version, const char *html, size_t html_length,
                              const char *json, size_t json_length) {
    pthread_mutex_lock(&s->lock);
    bool done = take(&s->page, html, html_length) && take(&s->state, json, json_length);
    if (done)
        s->version = version;
    pthread_mutex_unlock(&s->lock);
    return done ? SPK_OK : SPK_ERR_MEMORY;
}

bool cli_server_awaited(cli_server *s, double seconds, uint64_t version) {
    pthread_mutex_lock(&s->lock);
    bool awaited = s->asked_s > 0 && cli_now_s() - s->asked_s < seconds && s->given < version;
    pthread_mutex_unlock(&s->lock);
    return awaited;
}

void cli_server_stop(cli_server *s) {
    if (!s)
        return;
    if (s->daemon)
        MHD_stop_daemon(s->daemon);
    pthread_mutex_destroy(&s->lock);
    free(s->page.bytes);
    free(s->state.bytes);
    free(s);
}
