/* init: reads frames from the channel and hands each program to the orchestrator of its slot. */
#include "agent.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct { struct slot_box *box; pid_t pid; time_t limit; } slot[SLOTS];
static struct reply reply;
static int isGuest;

static time_t seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void onChild(int signal)
{
	(void)signal;
}

static void answerFailure(u32 id, u16 s, enum failure code, const char *message)
{
	replyBegin(&reply, id, s);
	replyFail(&reply, code, 0, 0, 0, 0, message);
	replySend(&reply);
}

static void hello(void)
{
	static char text[1 << 16];
	groundHello(text, sizeof text, SLOTS);
	replyBegin(&reply, 0xffffffffu, 0xffff);
	putBytes(&reply, text, strlen(text));
	replySend(&reply);
}

/* What comes before the first frame where others may have written to the stream: a line that can be found, and bytes that
 * a terminal in between would change. */
static void mark(void)
{
	static const char bytes[] = "binder-spec agent 1\n\n\r\r\n\t\0\xff\x11\x13\x04";
	if (write(channel->out, bytes, sizeof bytes - 1) != sizeof bytes - 1)
		exit(1);
}

static void start(int s)
{
	if (!slot[s].box) {
		slot[s].box = mmap(NULL, sizeof(struct slot_box), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (slot[s].box == MAP_FAILED) {
			slot[s].box = NULL;
			return;
		}
		slot[s].box->slot = (u16)s;
	}
	atomic_store(&slot[s].box->request, 0);
	atomic_store(&slot[s].box->running, 0);
	pid_t pid = fork();
	if (pid == 0)
		slotMain(slot[s].box);
	slot[s].pid = pid;
}

/* When an orchestrator that was to notice the end of its budget itself is given up. */
static time_t allowed(struct slot_box *box)
{
	return seconds() + (box->budgetMs ? box->budgetMs : 5000) / 1000 + 4;
}

static void dispatch(const u8 *frame, u32 length)
{
	u32 id, budget;
	u16 s, flags;
	memcpy(&id, frame, 4);
	memcpy(&s, frame + 4, 2);
	memcpy(&flags, frame + 6, 2);
	memcpy(&budget, frame + 8, 4);
	if (s >= SLOTS)
		return answerFailure(id, s, F_MALFORMED, "no such slot");
	if (length - 12 > INBOX_BYTES)
		return answerFailure(id, s, F_LIMIT, "the program is too long");
	if (slot[s].pid <= 0)
		start(s);
	if (!slot[s].box || slot[s].pid <= 0)
		return answerFailure(id, s, F_AGENT, "cannot start the slot");
	struct slot_box *box = slot[s].box;
	if (atomic_load(&box->request))
		return answerFailure(id, s, F_BUSY, "the slot is busy");
	box->requestId = id;
	box->budgetMs = budget;
	box->flags = flags;
	box->length = length - 12;
	memcpy(box->inbox, frame + 12, length - 12);
	slot[s].limit = allowed(box);
	atomic_store(&box->request, 1);
	futexWake(&box->request);
}

/* Answers for an orchestrator that cannot answer itself any more. */
static void bury(int s, enum failure code, const char *message)
{
	lockBury(&channel->writing, slot[s].pid);
	for (int i = 0; i < 64; i++)
		lockBury(&channel->processor[i], slot[s].pid);
	slot[s].pid = 0;
	if (atomic_load(&slot[s].box->request))
		answerFailure(slot[s].box->requestId, (u16)s, code, message);
	atomic_store(&slot[s].box->request, 0);
}

static void reap(void)
{
	pid_t pid;
	while ((pid = waitpid(-1, NULL, WNOHANG | __WALL)) > 0)
		for (int s = 0; s < SLOTS; s++)
			if (slot[s].pid == pid)
				bury(s, F_AGENT, "the orchestrator of the slot died");
}

static void watch(void)
{
	time_t t = seconds();
	for (int s = 0; s < SLOTS; s++) {
		if (slot[s].pid <= 0 || !atomic_load(&slot[s].box->request))
			continue;
		if (!atomic_load(&slot[s].box->running))
			slot[s].limit = allowed(slot[s].box);
		if (t < slot[s].limit)
			continue;
		kill(slot[s].pid, SIGKILL);
		waitpid(slot[s].pid, NULL, __WALL);
		bury(s, F_TIMEOUT, "the orchestrator of the slot did not answer in time");
	}
}

static _Noreturn void leave(void)
{
	if (isGuest)
		guestPowerOff();
	for (int s = 0; s < SLOTS; s++)
		if (slot[s].pid > 0)
			kill(slot[s].pid, SIGKILL);
	exit(0);
}

static void readFrames(void)
{
	static u8 *buffer;
	static size_t capacity, held;
	if (capacity - held < 65536) {
		capacity = capacity * 2 + (1 << 20);
		buffer = realloc(buffer, capacity);
	}
	ssize_t n = read(channel->in, buffer + held, capacity - held);
	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
		leave();
	held += n > 0 ? (size_t)n : 0;
	size_t at = 0;
	while (held - at >= 4) {
		u32 length;
		memcpy(&length, buffer + at, 4);
		if (length < 12 || length > INBOX_BYTES * 2) {
			answerFailure(0xfffffffeu, 0, F_MALFORMED, "the length of a frame is impossible");
			leave();
		}
		if (held - at - 4 < length)
			break;
		dispatch(buffer + at + 4, length);
		at += 4 + length;
	}
	memmove(buffer, buffer + at, held - at);
	held -= at;
}

static _Noreturn void usage(void)
{
	fprintf(stderr, "usage: agent --stdio [--devices /dev/a,/dev/b,...] [--binderfs COUNT]\n");
	exit(2);
}

/* Options of an agent that is not the first process of a machine of its own. */
static void readOptions(int argc, char **argv)
{
	const char *list = NULL;
	for (int i = 2; i < argc; i += 2) {
		if (i + 1 == argc)
			usage();
		if (strcmp(argv[i], "--devices") == 0)
			list = argv[i + 1];
		else if (strcmp(argv[i], "--binderfs") == 0)
			groundMake(atoi(argv[i + 1]));
		else
			usage();
	}
	groundDevices(list);
}

static void openChannel(int argc, char **argv)
{
	if (isGuest) {
		guestPrepare();
		int fd = guestChannel();
		guestRunList(fd);
		channelOpen(fd, fd);
		groundDevices(NULL);
		return;
	}
	struct rlimit many = { 65536, 65536 };
	setrlimit(RLIMIT_NOFILE, &many);
	readOptions(argc, argv);
	groundTty();
	channelOpen(0, 1);
	mark();
}

int main(int argc, char **argv)
{
	struct sigaction child = { .sa_handler = onChild };
	sigset_t blocked, open;
	int isAsked = argc > 1 && strcmp(argv[1], "--stdio") == 0;
	isGuest = getpid() == 1 && !isAsked;
	if (!isGuest && !isAsked)
		usage();
	sigemptyset(&open);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	sigaction(SIGCHLD, &child, NULL);
	signal(SIGPIPE, SIG_IGN);
	openChannel(argc, argv);
	hello();
	for (;;) {
		struct pollfd in = { .fd = channel->in, .events = POLLIN };
		struct timespec second = { .tv_sec = 1 };
		int n = ppoll(&in, 1, &second, &open);
		reap();
		if (n > 0)
			readFrames();
		watch();
	}
}
