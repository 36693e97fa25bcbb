/*
 * A key that lives in the enclave and nowhere else, and evidence for it. Whoever checked the evidence can send this program
 * what nobody else reads, over any way that leads here: also over plain HTTP.
 *
 *   GET /key?nonce=HEX   an attestation document about the public key, for the asker's nonce
 *   POST /open           a message sealed to the key (libsodium's crypto_box_seal); the answer is what was in it
 *
 * One connection at a time, with a time-out: it is here to be read.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { PORT = 8080, SECONDS = 10, HEAD = 4096, MESSAGE = 4096, NONCE = 64, ANSWER = 64 << 10 };

#define AGENT "/run/caution/attestation.sock"
#define PURPOSE "own-keys/1" /* says what the key is for, so that evidence for it is good for nothing else */

static unsigned char public_key[crypto_box_PUBLICKEYBYTES], secret_key[crypto_box_SECRETKEYBYTES];

static void limit(int fd)
{
	struct timeval t = {.tv_sec = SECONDS};

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t);
}

static bool send_all(int fd, const void *bytes, size_t n)
{
	for (const char *p = bytes; n > 0;) {
		ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		p += sent;
		n -= (size_t)sent;
	}
	return true;
}

static void answer(int client, const char *status, const char *type, const void *body, size_t n)
{
	char head[256];

	snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
		status, type, n);
	if (send_all(client, head, strlen(head)))
		send_all(client, body, n);
}

static void say(int client, const char *status, const char *text)
{
	answer(client, status, "text/plain; charset=utf-8", text, strlen(text));
}

/* Asks the agent for a document and reads its whole answer: it closes the connection behind it. Returns its length, or -1. */
static ssize_t ask_agent(const unsigned char *nonce, size_t nonce_len, char *reply, size_t size)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = AGENT};
	char purpose[64], key[64], nonce64[2 * NONCE], body[512], request[1024];
	int agent = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t got = 0;
	ssize_t n = -1;

	sodium_bin2base64(purpose, sizeof purpose, (const unsigned char *)PURPOSE, strlen(PURPOSE), sodium_base64_VARIANT_ORIGINAL);
	sodium_bin2base64(key, sizeof key, public_key, sizeof public_key, sodium_base64_VARIANT_ORIGINAL);
	sodium_bin2base64(nonce64, sizeof nonce64, nonce, nonce_len, sodium_base64_VARIANT_ORIGINAL);
	snprintf(body, sizeof body, "{\"user_data\":\"%s\",\"nonce\":\"%s\",\"public_key\":\"%s\"}", purpose, nonce64, key);
	snprintf(request, sizeof request, "POST /attestation HTTP/1.1\r\nHost: agent\r\nConnection: close\r\n"
		"Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", strlen(body), body);
	if (agent < 0)
		return -1;
	limit(agent);
	if (connect(agent, (struct sockaddr *)&address, sizeof address) == 0 && send_all(agent, request, strlen(request)))
		while (got < size && (n = recv(agent, reply + got, size - got, 0)) > 0)
			got += (size_t)n;
	close(agent);
	return n == 0 ? (ssize_t)got : -1;
}

static void give_evidence(int client, const char *hex)
{
	static char reply[ANSWER];
	unsigned char nonce[NONCE];
	size_t nonce_len;
	const char *end;

	if (sodium_hex2bin(nonce, sizeof nonce, hex, strcspn(hex, "& "), NULL, &nonce_len, &end) != 0 || nonce_len == 0 ||
	    (*end != ' ' && *end != '&'))
		return say(client, "400 Bad Request", "nonce is 1 to 64 bytes in hexadecimal\n");
	ssize_t n = ask_agent(nonce, nonce_len, reply, sizeof reply);
	char *body = n > 0 ? memmem(reply, (size_t)n, "\r\n\r\n", 4) : NULL;

	if (!body || strncmp(reply, "HTTP/1.1 200 ", 13) != 0)
		return say(client, "503 Service Unavailable", "the agent gave no document; try again\n");
	answer(client, "200 OK", "application/json", body + 4, (size_t)(reply + n - body - 4));
}

static void open_message(int client, const unsigned char *sealed, size_t n)
{
	unsigned char opened[MESSAGE];

	if (n < crypto_box_SEALBYTES || n > sizeof opened + crypto_box_SEALBYTES ||
	    crypto_box_seal_open(opened, sealed, n, public_key, secret_key) != 0)
		return say(client, "400 Bad Request", "this was not sealed to my key\n");
	answer(client, "200 OK", "application/octet-stream", opened, n - crypto_box_SEALBYTES);
}

/* Reads one request: its head up to the empty line, then as much body as it announces. */
static void serve(int client)
{
	static char request[HEAD + MESSAGE + crypto_box_SEALBYTES + 1];
	size_t got = 0, length = 0;
	char *end = NULL;

	while (!end) {
		ssize_t n = got < HEAD ? recv(client, request + got, HEAD - got, 0) : 0;

		if (n <= 0)
			return say(client, "400 Bad Request", "no whole request came\n");
		got += (size_t)n;
		request[got] = '\0';
		end = memmem(request, got, "\r\n\r\n", 4);
	}
	char *header = strcasestr(request, "\r\nContent-Length:");

	if (header && header < end)
		length = strtoul(header + 17, NULL, 10);
	size_t head = (size_t)(end + 4 - request);

	if (length > MESSAGE + crypto_box_SEALBYTES)
		return say(client, "413 Content Too Large", "a message is at most 4096 bytes\n");
	while (got < head + length) {
		ssize_t n = recv(client, request + got, head + length - got, 0);

		if (n <= 0)
			return;
		got += (size_t)n;
	}
	if (strncmp(request, "GET /key?nonce=", 15) == 0)
		give_evidence(client, request + 15);
	else if (strncmp(request, "POST /open ", 11) == 0)
		open_message(client, (unsigned char *)request + head, length);
	else if (strncmp(request, "GET / ", 6) == 0)
		say(client, "200 OK", "GET /key?nonce=HEX, then POST /open\n");
	else
		say(client, "404 Not Found", "GET /key?nonce=HEX, or POST /open\n");
}

int main(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (sodium_init() < 0 || crypto_box_keypair(public_key, secret_key) != 0)
		return 1;
	if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0 ||
	    bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 64) < 0) {
		perror("own-keys: listen");
		return 1;
	}
	for (;;) {
		int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (client < 0)
			continue;
		limit(client);
		serve(client);
		close(client);
	}
}
