package io.sunaba.guest.agent;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// The file system as the processes of a container see it, in their mount namespace.
final class ContainerView {
    /// Something to do there.
    interface Action {
        void run() throws IOException;
    }

    private final SystemCalls calls;
    private final LinuxNamespaces namespaces;

    ContainerView(SystemCalls calls, LinuxNamespaces namespaces) {
        this.calls = calls;
        this.namespaces = namespaces;
    }

    LinuxNamespaces namespaces() {
        return namespaces;
    }

    /// Runs something in the mount namespace of a process, on a thread that ends with it.
    void in(int pid, Action action) throws IOException {
        int own = calls.open("/proc/self/ns/mnt", SystemCalls.O_RDONLY);
        try {
            int theirs = calls.open("/proc/" + pid + "/ns/mnt", SystemCalls.O_RDONLY);
            try {
                onThread(() -> {
                    namespaces.ownRoot();
                    namespaces.enter(theirs);
                    try {
                        action.run();
                    } finally {
                        // What the Java machine opens by itself is not theirs.
                        namespaces.enter(own);
                    }
                });
            } finally {
                calls.close(theirs);
            }
        } finally {
            calls.close(own);
        }
    }

    private static void onThread(Action action) throws IOException {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        Threads.start(
                "view",
                () -> {
                    try {
                        action.run();
                        done.complete(true);
                    } catch (Throwable e) {
                        done.completeExceptionally(e);
                    }
                });
        try {
            done.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw e;
        }
    }

    /// Makes a directory and its parents, as far as they are not there, in the view of the calling
    /// thread.
    ///
    /// @param made takes those that were made, outermost first
    void makeDirectories(String directory, List<String> made) throws ErrnoException {
        for (String path : upTo(directory)) {
            try {
                namespaces.makeDirectory(path);
                made.add(path);
            } catch (ErrnoException e) {
                if (e.errno() != ErrnoException.EEXIST) {
                    throw e;
                }
            }
        }
    }

    /// The directories on the way, outermost first: `/a`, `/a/b`.
    static List<String> upTo(String directory) {
        List<String> paths = new ArrayList<>();
        for (int slash = directory.indexOf('/', 1);
                slash > 0;
                slash = directory.indexOf('/', slash + 1)) {
            paths.add(directory.substring(0, slash));
        }
        if (directory.length() > 1) {
            paths.add(directory);
        }
        return paths;
    }

    /// Removes directories that were made, unless something is in them by now.
    void removeDirectories(List<String> made) {
        for (String path : made.reversed()) {
            try {
                namespaces.removeDirectory(path);
            } catch (ErrnoException e) {
                return;
            }
        }
    }
}
