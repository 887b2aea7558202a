/* A disk that can be cut: recorded by LD_PRELOAD, and made to refuse.
 *
 * disk_record(folder, log) writes down, in the order in which they happen, all writes, truncations, flushes, creations,
 * renames and removals below `folder`; tests/storage/disk.py plays them up to a cut and loses what was not flushed.
 * disk_refuse(error, after, calls) lets the next `after` writing calls below `folder` pass and fails the `calls` that
 * follow with that error (0 calls: all of them).
 *
 * What is mapped into memory (the -shm file) is left out: it is gone after a cut in any case.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_FILES 4096

static char folder[PATH_MAX];
static size_t folder_length;
static int log_fd = -1;
static int refused_error, refusing;
static long refused_after, refused_calls;
static char *names[MOST_FILES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static ssize_t put(int fd, const void *data, size_t size)
{
    static __typeof__(write) *real;
    if (!real) real = (__typeof__(write) *)dlsym(RTLD_NEXT, "write");
    const char *at = data;
    while (size) {
        ssize_t done = real(fd, at, size);
        if (done < 0) {
            if (errno == EINTR) continue;
            fprintf(stderr, "disk.c: the recording can't be written\n");
            abort();
        }
        at += done;
        size -= (size_t)done;
    }
    return 0;
}

static int bare_fsync(int fd)
{
    (void)fd;
    return 0;
}

/* The name below the folder, NULL for one that is none of ours. "" is the folder itself. */
static const char *inside(const char *path, char *room)
{
    if (!folder_length || !path) return NULL;
    if (path[0] != '/') {
        char here[PATH_MAX];
        if (!getcwd(here, sizeof here)) return NULL;
        if (snprintf(room, PATH_MAX, "%s/%s", here, path) >= PATH_MAX) return NULL;
        path = room;
    }
    if (strncmp(path, folder, folder_length)) return NULL;
    if (!path[folder_length]) return path + folder_length;
    if (path[folder_length] != '/') return NULL;
    const char *name = path + folder_length + 1;
    size_t length = strlen(name);
    if (length >= 4 && !strcmp(name + length - 4, "-shm")) return NULL;
    return name;
}

struct head {
    uint32_t op, name, data, unused;
    uint64_t at;
};

static void note(char op, const char *name, uint64_t at, const void *data, size_t size)
{
    if (log_fd < 0) return;
    struct head head = {(uint32_t)op, (uint32_t)strlen(name), (uint32_t)size, 0, at};
    size_t whole = sizeof head + head.name + size;
    char *record = malloc(whole);
    if (!record) abort();
    memcpy(record, &head, sizeof head);
    memcpy(record + sizeof head, name, head.name);
    if (size) memcpy(record + sizeof head + head.name, data, size);
    put(log_fd, record, whole);
    free(record);
}

static const char *name_of(int fd)
{
    return fd >= 0 && fd < MOST_FILES ? names[fd] : NULL;
}

/* What simulated devices note of themselves lies below devices/: they are on no disk of the station. */
static int refused(const char *name)
{
    if (!refusing || !strncmp(name, "devices/", 8)) return 0;
    if (refused_after > 0) {
        refused_after--;
        return 0;
    }
    if (refused_calls > 0 && --refused_calls == 0) refusing = 0;
    errno = refused_error;
    return 1;
}

void disk_record(const char *below, const char *log)
{
    REAL(open);
    snprintf(folder, sizeof folder, "%s", below);
    folder_length = strlen(folder);
    log_fd = log && *log ? real(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600) : -1;
}

void disk_refuse(int error, long after, long calls)
{
    pthread_mutex_lock(&lock);
    refused_error = error;
    refused_after = after;
    refused_calls = calls;
    refusing = error != 0;
    pthread_mutex_unlock(&lock);
}

static int opened(int fd, const char *path, int flags, int was_there, long was_long)
{
    char room[PATH_MAX];
    const char *name = inside(path, room);
    if (fd < 0 || fd >= MOST_FILES) return fd;
    int kept = errno;
    pthread_mutex_lock(&lock);
    free(names[fd]);
    names[fd] = name ? strdup(name) : NULL;
    if (name && (flags & O_CREAT) && !was_there) note('o', name, 0, NULL, 0);
    if (name && (flags & O_TRUNC) && was_there && was_long) note('t', name, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    errno = kept;
    return fd;
}

#define OPENING(name, call) \
    int name(const char *path, int flags, ...) \
    { \
        REAL(name); \
        mode_t mode = 0; \
        if (flags & (O_CREAT | O_TMPFILE)) { \
            va_list more; \
            va_start(more, flags); \
            mode = va_arg(more, mode_t); \
            va_end(more); \
        } \
        char room[PATH_MAX]; \
        struct stat found; \
        const char *ours = flags & O_CREAT ? inside(path, room) : NULL; \
        int there = ours && !stat(path, &found); \
        if (ours && !there && refused(ours)) return -1; \
        return opened(real(path, flags, mode), path, flags, there, there ? (long)found.st_size : 0); \
    }
OPENING(open, )
OPENING(open64, )

#define OPENING_AT(name) \
    int name(int at, const char *path, int flags, ...) \
    { \
        REAL(name); \
        mode_t mode = 0; \
        if (flags & (O_CREAT | O_TMPFILE)) { \
            va_list more; \
            va_start(more, flags); \
            mode = va_arg(more, mode_t); \
            va_end(more); \
        } \
        char room[PATH_MAX]; \
        struct stat found; \
        const char *ours = flags & O_CREAT ? inside(path, room) : NULL; \
        int there = ours && !stat(path, &found); \
        if (ours && !there && refused(ours)) return -1; \
        return opened(real(at, path, flags, mode), path, flags, there, there ? (long)found.st_size : 0); \
    }
OPENING_AT(openat)
OPENING_AT(openat64)

int close(int fd)
{
    REAL(close);
    if (name_of(fd)) {
        pthread_mutex_lock(&lock);
        free(names[fd]);
        names[fd] = NULL;
        pthread_mutex_unlock(&lock);
    }
    return real(fd);
}

#define WRITING_AT(name, offset) \
    ssize_t name(int fd, const void *data, size_t size, offset at) \
    { \
        REAL(name); \
        const char *ours = name_of(fd); \
        if (!ours) return real(fd, data, size, at); \
        pthread_mutex_lock(&lock); \
        ssize_t done = refused(ours) ? -1 : real(fd, data, size, at); \
        if (done > 0) note('w', ours, (uint64_t)at, data, (size_t)done); \
        pthread_mutex_unlock(&lock); \
        return done; \
    }
WRITING_AT(pwrite, off_t)
WRITING_AT(pwrite64, off64_t)

ssize_t write(int fd, const void *data, size_t size)
{
    REAL(write);
    const char *ours = name_of(fd);
    if (!ours) return real(fd, data, size);
    pthread_mutex_lock(&lock);
    int flags = fcntl(fd, F_GETFL);
    off_t at = lseek(fd, 0, flags & O_APPEND ? SEEK_END : SEEK_CUR);
    ssize_t done = refused(ours) ? -1 : real(fd, data, size);
    if (done > 0) note('w', ours, (uint64_t)at, data, (size_t)done);
    pthread_mutex_unlock(&lock);
    return done;
}

#define CUTTING(name, offset) \
    int name(int fd, offset size) \
    { \
        REAL(name); \
        const char *ours = name_of(fd); \
        int done = ours && refused(ours) ? -1 : real(fd, size); \
        if (ours && !done) note('t', ours, (uint64_t)size, NULL, 0); \
        return done; \
    }
CUTTING(ftruncate, off_t)
CUTTING(ftruncate64, off64_t)

/* The flush is written down and not done: only the recording decides what a cut leaves. */
#define FLUSHING(name) \
    int name(int fd) \
    { \
        REAL(name); \
        const char *ours = name_of(fd); \
        if (!ours) return real(fd); \
        pthread_mutex_lock(&lock); \
        int done = refused(ours) ? -1 : log_fd >= 0 ? bare_fsync(fd) : real(fd); \
        if (!done) note('s', ours, 0, NULL, 0); \
        pthread_mutex_unlock(&lock); \
        return done; \
    }
FLUSHING(fsync)
FLUSHING(fdatasync)

int unlink(const char *path)
{
    REAL(unlink);
    char room[PATH_MAX];
    const char *ours = inside(path, room);
    int done = real(path);
    if (ours && !done) note('u', ours, 0, NULL, 0);
    return done;
}

int rename(const char *from, const char *to)
{
    REAL(rename);
    char room[PATH_MAX], other[PATH_MAX];
    const char *ours = inside(from, room), *target = inside(to, other);
    if (ours && target && refused(ours)) return -1;
    int done = real(from, to);
    if (ours && target && !done) note('r', ours, 0, target, strlen(target));
    return done;
}

int link(const char *from, const char *to)
{
    REAL(link);
    char room[PATH_MAX], other[PATH_MAX];
    const char *ours = inside(from, room), *target = inside(to, other);
    int done = real(from, to);
    if (ours && target && !done) note('l', ours, 0, target, strlen(target));
    return done;
}

int symlink(const char *says, const char *path)
{
    REAL(symlink);
    char room[PATH_MAX];
    const char *ours = inside(path, room);
    int done = real(says, path);
    if (ours && !done) note('y', ours, 0, says, strlen(says));
    return done;
}
