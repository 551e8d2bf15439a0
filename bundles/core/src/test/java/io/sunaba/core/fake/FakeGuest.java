package io.sunaba.core.fake;

import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.Resources;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/// What runs in a machine. Programs: `sleep` runs until a signal, `stubborn` until a `SIGKILL`,
/// `exit N` ends at once, `cat` prints its input and ends with it, `nonesuch` is not there.
public final class FakeGuest {
    private static final byte[] END = new byte[0];

    /// A process.
    public static final class Program {
        public final CompletableFuture<Integer> exit = new CompletableFuture<>();
        public final BlockingQueue<byte[]> output = new LinkedBlockingQueue<>();
        public final ByteArrayOutputStream input = new ByteArrayOutputStream();
        private final ProcessConfig config;

        Program(ProcessConfig config) {
            this.config = config;
        }

        void start() {
            if (config.arguments().getFirst().equals("exit")) {
                end(Integer.parseInt(config.arguments().get(1)));
            }
        }

        void signal(int signal) {
            if (signal == 9 || !config.arguments().getFirst().equals("stubborn")) {
                end(128 + signal);
            }
        }

        synchronized void write(byte[] data) {
            input.writeBytes(data);
            if (config.arguments().getFirst().equals("cat")) {
                output.add(data);
            }
        }

        void end(int code) {
            output.add(END);
            exit.complete(code);
        }
    }

    /// A container.
    public static final class Container {
        public final Map<String, Program> processes = new ConcurrentHashMap<>();
        public volatile boolean started;
        public volatile boolean paused;
        public volatile Resources limits = Resources.UNCHANGED;
    }

    public final Map<String, Container> containers = new ConcurrentHashMap<>();
    public final BlockingQueue<String> outOfMemory = new LinkedBlockingQueue<>();
    public volatile boolean sandbox;

    /// What the agent does instead of what it is asked for.
    public interface Hostility {
        void at(String point) throws InterruptedException;
    }

    public volatile @Nullable Hostility hostility;

    /// A container that the agent says runs out of memory whenever it is asked.
    public volatile @Nullable String outOfMemoryForEver;

    void create(String id, ProcessConfig config, Resources limits) {
        Container container = new Container();
        container.limits = limits;
        container.processes.put(id, new Program(config));
        if (containers.putIfAbsent(id, container) != null) {
            throw new ConflictException("container " + id + " exists");
        }
    }

    void start(String id) {
        Container container = container(id);
        if (container.started) {
            throw new ConflictException("container " + id + " was started");
        }
        Program first = process(id, id);
        require(first.config);
        container.started = true;
        first.start();
    }

    void exec(String id, String processId, ProcessConfig config) {
        require(config);
        Program process = new Program(config);
        container(id).processes.put(processId, process);
        process.start();
    }

    private static void require(ProcessConfig config) {
        if (config.arguments().getFirst().equals("nonesuch")) {
            throw new NotFoundException("no program nonesuch");
        }
    }

    void pause(String id, boolean paused) {
        Container container = container(id);
        if (!container.started || container.paused == paused) {
            throw new ConflictException("container " + id + " cannot, paused: " + !paused);
        }
        container.paused = paused;
    }

    public Container container(String id) {
        Container container = containers.get(id);
        if (container == null) {
            throw new NotFoundException("no container " + id);
        }
        return container;
    }

    public Program process(String id, String processId) {
        Program process = container(id).processes.get(processId);
        if (process == null) {
            throw new NotFoundException("no process " + processId);
        }
        return process;
    }

    void remove(String id) {
        container(id).processes.values().forEach(process -> process.end(137));
        containers.remove(id);
    }
}
