package io.sunaba.guest.agent;

import io.sunaba.guest.protocol.OOMEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/// Tells of containers in which the kernel killed a process because memory ran out.
///
/// Each kill is told once, to one call. Those that nobody asked for yet are kept.
final class OomWatch {
    private static final int EVENT_HEADER = 16;
    private static final int MAX_KEPT = 256;

    private static final class Watched {
        final String container;
        final Cgroup cgroup;
        long kills;

        Watched(String container, Cgroup cgroup, long kills) {
            this.container = container;
            this.cgroup = cgroup;
            this.kills = kills;
        }
    }

    private final SystemCalls calls;
    private final EventLoop events;
    private final int inotify;
    private final byte[] buffer = new byte[4096];
    private final Map<Integer, Watched> watched = new HashMap<>();
    private final Queue<String> kept = new ArrayDeque<>();
    private final Queue<Reply<OOMEvent>> waiting = new ArrayDeque<>();

    OomWatch(SystemCalls calls, EventLoop events) throws ErrnoException {
        this.calls = calls;
        this.events = events;
        this.inotify = calls.createInotify();
        events.await(inotify, SystemCalls.EPOLLIN, this::receive);
    }

    synchronized void watch(String container, Cgroup cgroup) throws IOException {
        var file = cgroup.directory().resolve("memory.events");
        if (Files.exists(file)) {
            int watch = calls.watchModified(inotify, file.toString());
            watched.put(watch, new Watched(container, cgroup, kills(cgroup)));
        }
    }

    /// The kernel drops the watch by itself when the group goes.
    synchronized void forget(String container) {
        watched.values().removeIf(entry -> entry.container.equals(container));
    }

    /// Answers with the next event.
    void next(Reply<OOMEvent> reply) {
        reply.onAbandoned(() -> giveUp(reply));
        synchronized (this) {
            waiting.add(reply);
        }
        deliver();
    }

    private synchronized void giveUp(Reply<OOMEvent> reply) {
        waiting.remove(reply);
    }

    private static long kills(Cgroup cgroup) throws IOException {
        return cgroup.table("memory.events").getOrDefault("oom_kill", 0L);
    }

    /// Runs on one thread at a time: the descriptor is armed again at the end.
    private void receive() {
        try {
            int length = calls.read(inotify, buffer, buffer.length);
            while (length > 0) {
                ByteBuffer changes =
                        ByteBuffer.wrap(buffer, 0, length).order(ByteOrder.nativeOrder());
                while (changes.remaining() >= EVENT_HEADER) {
                    look(changes.getInt());
                    changes.position(changes.position() + 8);
                    int nameLength = changes.getInt();
                    changes.position(changes.position() + nameLength);
                }
                length = calls.read(inotify, buffer, buffer.length);
            }
            events.await(inotify, SystemCalls.EPOLLIN, this::receive);
        } catch (ErrnoException e) {
            Log.warn("watching for memory shortage ended", e);
        }
        deliver();
    }

    private synchronized void look(int watch) {
        Watched entry = watched.get(watch);
        if (entry == null) {
            return;
        }
        try {
            long kills = kills(entry.cgroup);
            if (kills > entry.kills && kept.size() < MAX_KEPT) {
                kept.add(entry.container);
            }
            entry.kills = Math.max(kills, entry.kills);
        } catch (IOException e) {
            Log.warn("reading the memory events of container " + entry.container, e);
        }
    }

    private void deliver() {
        while (true) {
            Reply<OOMEvent> reply;
            String container;
            synchronized (this) {
                if (kept.isEmpty() || waiting.isEmpty()) {
                    return;
                }
                reply = waiting.remove();
                if (reply.isAbandoned()) {
                    continue;
                }
                container = kept.remove();
            }
            reply.send(OOMEvent.newBuilder().setContainerId(container).build());
        }
    }
}
