/* What there is to work with on this machine: devices that nobody else uses, the driver's own files, what may be done. */
#include "agent.h"
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/android/binder.h>
#include <linux/android/binderfs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <termios.h>
#include <unistd.h>

enum { DEVICES = 256, NAME = 128 };
static char device[DEVICES][NAME];
static int devices;

static void addDevice(const char *path)
{
	struct stat about;
	if (devices < DEVICES && strlen(path) < NAME && stat(path, &about) == 0 && S_ISCHR(about.st_mode))
		strcpy(device[devices++], path);
}

/* Shorter names first, so that binder2 stands before binder10. */
static int byName(const void *a, const void *b)
{
	size_t left = strlen(a), right = strlen(b);
	return left != right ? (left < right ? -1 : 1) : strcmp(a, b);
}

/* Every device of a folder but those that the system itself talks over. */
static void addFolder(const char *folder, int onlyNumbered)
{
	static const char *const taken[] = { "binder", "hwbinder", "vndbinder", "binder-control" };
	char path[512];
	DIR *all = opendir(folder);
	for (struct dirent *each; all && (each = readdir(all)) != NULL;) {
		int isTaken = 0;
		for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
			isTaken |= strcmp(each->d_name, taken[i]) == 0;
		if (isTaken || (onlyNumbered && (strncmp(each->d_name, "binder", 6) != 0 || !isdigit((unsigned char)each->d_name[6]))))
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, each->d_name);
		addDevice(path);
	}
	if (all)
		closedir(all);
}

/* The devices of a list with commas; without one, those that are found. */
void groundDevices(const char *list)
{
	if (list) {
		char *copy = strdup(list);
		for (char *next = strtok(copy, ","); next; next = strtok(NULL, ","))
			addDevice(next);
		free(copy);
		return;
	}
	if (devices > 0)
		return;
	addFolder("/dev", 1);
	addFolder("/dev/binderfs", 0);
	qsort(device, (size_t)devices, NAME, byName);
}

/* Mounts a binderfs of our own, which nobody else sees and which goes with us, and makes devices in it. */
void groundMake(int wanted)
{
	static char folder[] = "/tmp/binder-spec-XXXXXX", android[] = "/data/local/tmp/binder-spec-XXXXXX";
	char *at = mkdtemp(access("/data/local/tmp", W_OK) == 0 ? android : folder), path[512];
	if (!at || unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("binder", at, "binder", 0, NULL) < 0) {
		fprintf(stderr, "agent: cannot mount a binderfs: %s\n", strerror(errno));
		exit(3);
	}
	snprintf(path, sizeof path, "%s/binder-control", at);
	int control = open(path, O_RDONLY | O_CLOEXEC);
	for (int i = 0; i < wanted; i++) {
		struct binderfs_device made = { 0 };
		snprintf(made.name, sizeof made.name, "spec%d-%d", (int)getpid(), i);
		if (ioctl(control, BINDER_CTL_ADD, &made) < 0) {
			fprintf(stderr, "agent: cannot make a device: %s\n", strerror(errno));
			exit(3);
		}
		snprintf(path, sizeof path, "%s/%s", at, made.name);
		addDevice(path);
	}
	close(control);
}

/* A terminal in between would change bytes and echo them. */
void groundTty(void)
{
	for (int fd = 0; fd < 2; fd++) {
		struct termios mode;
		if (tcgetattr(fd, &mode) < 0)
			continue;
		cfmakeraw(&mode);
		tcsetattr(fd, TCSANOW, &mode);
	}
}

static const char *logs(void)
{
	static const char *const places[] = { "/sys/kernel/debug/binder", "/dev/binderfs/binder_logs" };
	char path[128];
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		snprintf(path, sizeof path, "%s/stats", places[i]);
		if (access(path, R_OK) == 0)
			return places[i];
	}
	return NULL;
}

/* Appends to a text and answers where it ends. */
#define ADD(...) (at += (size_t)snprintf(text + at, at < room ? room - at : 0, __VA_ARGS__))

/* What the host is told first. */
void groundHello(char *text, size_t room, int slots)
{
	struct utsname name;
	size_t at = 0;
	const char *files = logs();
	uname(&name);
	ADD("{\"kernel\":\"%s\",\"build\":\"%s\",\"machine\":\"%s\"", name.release, name.version, name.machine);
	ADD(",\"processors\":%ld,\"slots\":%d,\"page\":%ld", sysconf(_SC_NPROCESSORS_ONLN), slots, sysconf(_SC_PAGESIZE));
	ADD(",\"root\":%s", geteuid() == 0 ? "true" : "false");
	ADD(",\"reclaim\":%s", access("/proc/sys/vm/drop_caches", W_OK) == 0 ? "true" : "false");
	ADD(",\"kernelThreads\":%s", kernelShows() ? "true" : "false");
	ADD(files ? ",\"logs\":\"%s\"" : ",\"logs\":null", files);
	ADD(",\"devices\":[");
	for (int i = 0; i < devices; i++)
		ADD("%s\"%s\"", i ? "," : "", device[i]);
	ADD("]}");
}
