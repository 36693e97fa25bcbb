/* A small HTTP/1.1 server: one thread, one poll loop, no allocation after the start. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PORT = 8080, CONNECTIONS = 512, REQUEST = 8192, RESPONSE = 2048, IDLE_SECONDS = 30 };

struct connection {
	int fd;
	bool closing; /* close once the answer is written */
	size_t in_len, out_len, out_done;
	time_t last;
	char in[REQUEST];
	char out[RESPONSE];
};

static struct connection connections[CONNECTIONS];
static struct pollfd polled[CONNECTIONS + 1];
static volatile sig_atomic_t stopping;
static char greeting[1024];

static void stop(int signal)
{
	(void)signal;
	stopping = 1;
}

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void drop(struct connection *c)
{
	close(c->fd);
	c->fd = -1;
}

static void answer(struct connection *c, const char *status, const char *body, bool head)
{
	c->out_done = 0;
	c->out_len = (size_t)snprintf(c->out, sizeof c->out,
		"HTTP/1.1 %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %zu\r\n"
		"Cache-Control: no-store\r\nConnection: %s\r\n\r\n%s",
		status, strlen(body), c->closing ? "close" : "keep-alive", head ? "" : body);
}

static void refuse(struct connection *c, const char *status)
{
	char body[64];

	c->closing = true;
	c->in_len = 0;
	snprintf(body, sizeof body, "%s\n", status);
	answer(c, status, body, false);
}

/* The value of a header in its line, or NULL if the line is another header's. */
static const char *header(const char *line, const char *name)
{
	size_t n = strlen(name);

	if (strncasecmp(line, name, n) != 0 || line[n] != ':')
		return NULL;
	line += n + 1;
	return line + strspn(line, " \t");
}

static bool token(const char *text)
{
	if (*text == '\0')
		return false;
	for (; *text; text++)
		if (!strchr("!#$%&'*+-.^_`|~", *text) && !(*text >= '0' && *text <= '9') &&
		    !((*text | 32) >= 'a' && (*text | 32) <= 'z'))
			return false;
	return true;
}

/* Answers the request whose head is the text `head`, lines ended by CRLF, each then by a zero byte. */
static void handle(struct connection *c, char *head, const char *end)
{
	char *method = head, *target, *version;
	bool hosted = false, wrong = false;
	char *line;

	target = strchr(method, ' ');
	if (!target)
		return refuse(c, "400 Bad Request");
	*target++ = '\0';
	version = strchr(target, ' ');
	if (!version)
		return refuse(c, "400 Bad Request");
	*version++ = '\0';
	if (!token(method) || *target == '\0' || strncmp(version, "HTTP/1.", 7) != 0 ||
	    version[7] < '0' || version[7] > '9' || version[8] != '\0')
		return refuse(c, "400 Bad Request");
	c->closing = version[7] == '0';

	for (line = version + strlen(version) + 2; line < end; line += strlen(line) + 2) {
		char *colon = strchr(line, ':');
		const char *value;

		if (colon)
			*colon = '\0';
		if (!colon || !token(line))
			return refuse(c, "400 Bad Request");
		*colon = ':';
		if ((value = header(line, "Host")))
			wrong |= hosted, hosted = true;
		if ((value = header(line, "Connection")) && strcasestr(value, "close"))
			c->closing = true;
		/* Nothing here takes a body: answer, and do not read what follows as a request. */
		if (header(line, "Transfer-Encoding") ||
		    ((value = header(line, "Content-Length")) && strcmp(value, "0") != 0))
			c->closing = true;
	}
	if (wrong || (!hosted && version[7] != '0'))
		return refuse(c, "400 Bad Request");

	bool is_head = strcmp(method, "HEAD") == 0;

	if (!is_head && strcmp(method, "GET") != 0)
		answer(c, "405 Method Not Allowed\r\nAllow: GET, HEAD", "405 Method Not Allowed\n", false);
	else if (strcmp(target, "/") == 0 || strncmp(target, "/?", 2) == 0)
		answer(c, "200 OK", greeting, is_head);
	else
		answer(c, "404 Not Found", "404 Not Found\n", is_head);
}

/* Answers the next whole request in the buffer, if there is one. */
static void next_request(struct connection *c)
{
	size_t skip = 0;

	/* RFC 9112, 2.2: empty lines before a request are ignored. */
	while (c->in_len - skip >= 2 && c->in[skip] == '\r' && c->in[skip + 1] == '\n')
		skip += 2;
	char *end = memmem(c->in + skip, c->in_len - skip, "\r\n\r\n", 4);

	if (!end) {
		if (c->in_len == sizeof c->in)
			refuse(c, "431 Request Header Fields Too Large");
		return;
	}
	char *head = c->in + skip, *limit = end + 2;

	for (char *p = head; p < limit; p++) {
		bool crlf = p[0] == '\r' && p[1] == '\n';
		bool control = (unsigned char)*p < 32 && *p != '\t';

		if (control && !crlf)
			return refuse(c, "400 Bad Request");
		if (crlf)
			*p++ = '\0';
	}
	handle(c, head, limit);
	if (c->in_len > 0) {
		size_t used = (size_t)(end + 4 - c->in);

		c->in_len -= used;
		memmove(c->in, c->in + used, c->in_len);
	}
	if (c->closing)
		c->in_len = 0;
}

static void serve(struct connection *c, short events)
{
	if (events & (POLLERR | POLLNVAL))
		return drop(c);
	c->last = now();
	if (c->out_len == 0) {
		ssize_t n = read(c->fd, c->in + c->in_len, sizeof c->in - c->in_len);

		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return drop(c);
		if (n > 0)
			c->in_len += (size_t)n;
		next_request(c);
	}
	while (c->out_len > 0) {
		ssize_t n = send(c->fd, c->out + c->out_done, c->out_len - c->out_done, MSG_NOSIGNAL);

		if (n < 0) {
			if (errno != EAGAIN && errno != EINTR)
				drop(c);
			return;
		}
		c->out_done += (size_t)n;
		if (c->out_done < c->out_len)
			continue;
		if (c->closing) {
			shutdown(c->fd, SHUT_WR);
			return drop(c);
		}
		c->out_len = 0;
		next_request(c); /* pipelined */
	}
}

static bool take(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return false;
	for (int i = 0; i < CONNECTIONS; i++) {
		struct connection *c = &connections[i];

		if (c->fd >= 0)
			continue;
		c->fd = fd;
		c->closing = false;
		c->in_len = c->out_len = c->out_done = 0;
		c->last = now();
		return true;
	}
	close(fd);
	return true;
}

static int listen_on(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 128) < 0) {
		perror("hello: listen");
		exit(1);
	}
	return fd;
}

int main(void)
{
	const char *text = getenv("GREETING");
	struct sigaction action = {.sa_handler = stop};
	sigset_t blocked, waiting;

	snprintf(greeting, sizeof greeting, "%s\n", text ? text : "Hello from an enclave!");
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	/* A signal is taken only while waiting, so none is lost between the check and the wait. */
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, &waiting);
	for (int i = 0; i < CONNECTIONS; i++)
		connections[i].fd = -1;
	int listener = listen_on(PORT);

	fprintf(stderr, "hello: listening on port %d\n", PORT);
	while (!stopping) {
		struct timespec second = {.tv_sec = 1};

		polled[CONNECTIONS] = (struct pollfd){.fd = listener, .events = POLLIN};
		for (int i = 0; i < CONNECTIONS; i++) {
			struct connection *c = &connections[i];

			polled[i] = (struct pollfd){.fd = c->fd, .events = c->out_len ? POLLOUT : POLLIN};
		}
		int ready = ppoll(polled, CONNECTIONS + 1, &second, &waiting);
		time_t limit = now() - IDLE_SECONDS;

		for (int i = 0; i < CONNECTIONS; i++) {
			struct connection *c = &connections[i];

			if (c->fd >= 0 && ready > 0 && polled[i].revents)
				serve(c, polled[i].revents);
			else if (c->fd >= 0 && c->last < limit)
				drop(c);
		}
		if (ready > 0 && polled[CONNECTIONS].revents)
			while (take(listener))
				;
	}
	fprintf(stderr, "hello: stopping\n");
	return 0;
}
