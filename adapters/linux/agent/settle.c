/* Knowing when everything has come to rest: every issued call has completed or sleeps in the kernel, and nothing is on its way. */
#include "slot.h"
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static int readText(int fd, char *text, size_t room)
{
	ssize_t n = pread(fd, text, room - 1, 0);
	text[n > 0 ? n : 0] = 0;
	return n > 0;
}

/* Whether the thread sleeps, interruptibly, in the call it was given.
 * /proc/.../syscall answers "running" unless the kernel has seen the task off the processor and not runnable; the state letter
 * tells an interruptible sleep from a short other one. A thread that was seen asleep and has not run since (its run counter
 * says so) and is not runnable now is still in that sleep: then the costly state letter need not be read again. */
static int isParked(int p, struct thread_box *box, struct thread *thread)
{
	char text[256], runs[64];
	watch(p, thread);
	if (!thread->runs[0] && !readText(thread->runsFile, runs, sizeof runs))
		return 0;
	if (!readText(thread->syscallFile, text, sizeof text) || text[0] == 'r' || text[0] == '-' || atol(text) != box->number)
		return 0;
	if (thread->runs[0]) {
		if (readText(thread->runsFile, runs, sizeof runs) && strcmp(runs, thread->runs) == 0)
			return 1;
		thread->runs[0] = 0;
		return 0;
	}
	if (!readText(thread->statFile, text, sizeof text))
		return 0;
	const char *state = strrchr(text, ')');
	if (!state || state[1] != ' ' || state[2] != 'S' || atomic_load(&box->done))
		return 0;
	memcpy(thread->runs, runs, sizeof runs);
	return 1;
}

/* Returns when the call of this thread has completed or is parked. */
void settleIssuer(int p, int t, int mustComplete)
{
	struct thread_box *box = &self.box->process[p].thread[t];
	struct thread *thread = &self.process[p].thread[t];
	for (u32 round = 0; !atomic_load(&box->done); pause_(&round))
		if (!mustComplete && isParked(p, box, thread))
			return;
}

/* Every busy thread is parked, or has completed and is reported. A pass that saw a change is followed by another:
 * whoever completed may have woken a thread that was looked at before. */
void settleAll(void)
{
	for (u32 round = 0;;) {
		int changed = 0, running = 0;
		for (int p = 0; p < PROCS; p++) {
			if (!self.process[p].alive)
				continue;
			for (int t = 0; t < THREADS; t++) {
				struct thread *thread = &self.process[p].thread[t];
				struct thread_box *box = &self.box->process[p].thread[t];
				if (!thread->busy)
					continue;
				if (atomic_load(&box->done)) {
					putCompletion(p, t, 2);
					changed = 1;
				} else if (!isParked(p, box, thread)) {
					running = 1;
				}
			}
		}
		checkDeaths();
		if (!changed && !running)
			return;
		if (running)
			pause_(&round);
	}
}
