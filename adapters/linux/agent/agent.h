/* One header for the whole agent: a machine that performs system-call programs in real processes and threads.
 * It knows nothing of any driver. The wire format is described in wire.md beside this file. */
#ifndef AGENT_H
#define AGENT_H
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t i64;

enum { SLOTS = 64, PROCS = 24, THREADS = 16, REGS = 64, MAPS = 128 };

/* Memory of one thread: segments are carved from the heap part; a guarded segment ends a chunk whose last page is PROT_NONE. */
#define PAGE 4096ul
#define HEAP_BYTES (18ul << 20)
#define HEAP_KEPT (256ul << 10) /* more than this is given back when the sequence ends */
#define SMALL_CHUNK (32ul << 10)
#define SMALL_CHUNKS 12
#define BIG_CHUNK (512ul << 10)
#define BIG_CHUNKS 2
#define AREA_BYTES (HEAP_BYTES + SMALL_CHUNK * SMALL_CHUNKS + BIG_CHUNK * BIG_CHUNKS)
#define STACK_BYTES (32ul << 10)
#define INBOX_BYTES (12ul << 20)

/* What a thread of a worker is told through thread_box.command. */
enum { IDLE = 0, RUN = 1, LEAVE = 2 };

/* What the leader of a worker is told through process_box.command: the leader serves the orchestrator and runs no program. */
enum { M_IDLE = 0, M_THREAD, M_GUARD, M_FORK, M_CLOSE, M_OCCUPY, M_FREE, M_EUID, M_TAKE };

/* Descriptors of a worker. Numbers below HIGH are kept occupied, so that what a program opens gets a higher number, until the
 * program frees them: then what it receives gets the lowest number from 3 up. FILES descriptors are always open from FIRST_FILE up. */
enum { LOW = 3, HIGH = 64, FIRST_FILE = 100, FILES = 16 };

struct thread_box {
	_Atomic u32 command;
	_Atomic u32 done;
	_Atomic u32 tid; /* cleared by the kernel when the thread is gone */
	u32 pad;
	i64 number, argument[6], result;
};

struct process_box {
	_Atomic u32 command;
	u32 subject; /* a thread index, the process index of a forked copy, a user, or the descriptor number that is wanted */
	u32 owner, number; /* whose file is taken: the process id, and its descriptor */
	u64 address; /* of the page to guard */
	u64 occupied; /* bits of the descriptors that keep low numbers occupied */
	i64 result;
	struct thread_box thread[THREADS];
};

/* Shared by the reader (init), the orchestrator of the slot and its workers, at the same address in all of them. */
struct slot_box {
	_Atomic u32 request; /* 0: free, 1: a program lies in the inbox */
	_Atomic u32 running; /* the program has its processor: its budget runs */
	u32 requestId, budgetMs, length;
	u16 slot, flags;
	struct process_box process[PROCS];
	_Alignas(4096) u8 stack[PROCS][THREADS][STACK_BYTES];
	_Alignas(4096) u8 leaderStack[PROCS][STACK_BYTES];
	_Alignas(4096) u8 inbox[INBOX_BYTES];
	_Alignas(4096) u8 area[PROCS][THREADS][AREA_BYTES];
};

/* Errors that end a request; the numbers are part of the wire format. */
enum failure { F_NONE = 0, F_MALFORMED = 1, F_DIED = 2, F_TIMEOUT = 3, F_BUSY = 4, F_LIMIT = 5, F_UNSETTLED = 6, F_AGENT = 7 };

/* System calls that touch no thread-local storage: workers share that of their orchestrator. */
static inline long raw6(long n, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__)
	long r;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	__asm__ volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
	return r;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = n;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;
	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
	return x0;
#else
#error "the agent knows the system calls of x86_64 and aarch64"
#endif
}
#define raw(n, a, b, c, d) raw6((n), (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
void futexWait(_Atomic u32 *word, u32 value);
void futexWake(_Atomic u32 *word);

/* wire.c */
struct cursor { const u8 *at, *end; int bad; };
u64 take(struct cursor *c, int width);
const u8 *takeBytes(struct cursor *c, size_t length);
struct reply { u8 *bytes; size_t length, capacity; };
void put(struct reply *r, u64 value, int width);
void putBytes(struct reply *r, const void *bytes, size_t length);
void takeRuns(struct cursor *c, u8 *into, u32 length);
void putRuns(struct reply *r, const u8 *bytes, u32 length);
void replyBegin(struct reply *r, u32 id, u16 slot);
void replyFail(struct reply *r, enum failure code, int p, int t, u32 tag, i64 detail, const char *message);
void replySend(struct reply *r);
struct lock { _Atomic u32 word, owner; }; /* word: 0 free, 1 held, 2 held and waited for */
void lockTake(struct lock *lock);
void lockGive(struct lock *lock);
void lockBury(struct lock *lock, pid_t dead);
struct channel { struct lock writing, processor[64]; int in, out; };
extern struct channel *channel;
void channelOpen(int in, int out);

/* worker.c: runs in the worker processes */
struct birth { struct slot_box *box; int p, forked; };
int workerMain(void *birth);

/* slot.c: runs in the orchestrator of one slot */
_Noreturn void slotMain(struct slot_box *box);

/* ground.c: what there is to work with */
void groundDevices(const char *list);
void groundMake(int devices);
void groundHello(char *text, size_t room, int slots);
void groundTty(void);

/* kernel.c: 0 where the kernel does not list its threads, and settling is a matter of time */
int kernelShows(void);

/* guest.c: runs in init */
void guestPrepare(void);
_Noreturn void guestPowerOff(void);
int guestChannel(void);
void guestRunList(int channel);
#endif
