/** The part of an exported C program that shows what happened, in the words of `observationText`. */

/** Lines, comparison with what is allowed, statuses. */
export const OBSERVE = String.raw`
/* ---- What an op showed: one line each, as the specification writes it. ---- */

static char *shown; /* the line under construction */
static size_t shownLength, shownRoom;
static int current; /* the op */
HELPER const char *allowed[4096]; /* what it was compared with */
HELPER int alloweds;
HELPER int world; /* which of the states that are still possible, where the driver is free to choose */

static void show(const char *format, ...)
{
	va_list values;
	if (shownRoom - shownLength < 1024)
		shown = realloc(shown, shownRoom = shownRoom * 2 + (1 << 16));
	va_start(values, format);
	shownLength += (size_t)vsnprintf(shown + shownLength, shownRoom - shownLength, format, values);
	va_end(values);
}

/* Rows of one byte are written once, with their number. */
HELPER void showBytes(const unsigned char *bytes, long length)
{
	if (length == 0)
		show("-");
	for (long at = 0, end; at < length; at = end) {
		for (end = at + 1; end < length && bytes[end] == bytes[at]; end++)
			;
		if (end - at >= 16)
			show("(%02x*%ld)", bytes[at], end - at);
		else
			for (long i = at; i < end; i++)
				show("%02x", bytes[i]);
	}
}

/* Words of 2^53 or more are written in hex. */
HELPER void showWord(const char *name, __u64 word)
{
	show(word >> 53 ? "%s 0x%llx" : "%s %llu", name, word);
}

static void showStatus(long result)
{
	static const struct { int number; const char *name; } names[] = {
		{ EPERM, "EPERM" }, { ENOENT, "ENOENT" }, { EEXIST, "EEXIST" }, { EMFILE, "EMFILE" }, { ESRCH, "ESRCH" }, { EINTR, "EINTR" }, { EBADF, "EBADF" }, { EAGAIN, "EAGAIN" },
		{ ENOMEM, "ENOMEM" }, { EACCES, "EACCES" }, { EFAULT, "EFAULT" }, { EBUSY, "EBUSY" }, { EINVAL, "EINVAL" },
		{ ENOTTY, "ENOTTY" }, { ENOSPC, "ENOSPC" }, { ESPIPE, "ESPIPE" }, { EPROTO, "EPROTO" }, { EOPNOTSUPP, "EOPNOTSUPP" },
	};
	if (result >= 0 || result < -4095) {
		show("OK");
		return;
	}
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].number == -result) {
			show("%s", names[i].name);
			return;
		}
	show("errno %ld", -result);
}

static void begin(int op)
{
	current = op;
	shownLength = 0;
	alloweds = 0;
	show("%s", "");
}

/* Whether the last op showed this, which is one of the things that the specification allows. */
HELPER int saw(const char *text)
{
	if (alloweds < 4096)
		allowed[alloweds++] = text;
	return strcmp(shown, text) == 0;
}

/* The last op showed nothing of what the specification allows. */
HELPER void differs(void)
{
#ifdef CHECK
	fprintf(stderr, "op %d differs\n  shown    %s\n", current, shown);
	for (int i = 0; i < alloweds; i++)
		fprintf(stderr, "  allowed  %s\n", allowed[i]);
	exit(1);
#endif
}

HELPER void expect(const char *text)
{
	if (!saw(text))
		differs();
}

static void completions(void);

/* Everybody comes to rest; what the op released is shown behind its own result. */
static void finish(void)
{
	completions();
	printf("op %d: %s\n", current, shown);
	fflush(stdout);
}

/* Whether a thread can make a call; says so when it cannot. */
HELPER int isFree(int op, int p, int t)
{
	begin(op);
	if (!process[p].dead && !process[p].thread[t].busy && !process[p].thread[t].ended)
		return 1;
	show("${'not applicable'}");
	finish();
	return 0;
}
`;

/** Where nothing ever waits in the driver. */
export const NO_COMPLETIONS = String.raw`
static void completions(void)
{
	settle(current);
}
`;
