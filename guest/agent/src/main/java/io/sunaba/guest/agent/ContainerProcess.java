package io.sunaba.guest.agent;

import java.util.concurrent.CompletableFuture;

/// A process that was started in a container: the first one, or one that was added.
///
/// @param id among the container's processes
/// @param pid in the guest
/// @param exit its exit code, or 128 and the signal that ended it
record ContainerProcess(String id, int pid, Streams streams, CompletableFuture<Integer> exit) {
    boolean ended() {
        return exit.isDone();
    }
}
