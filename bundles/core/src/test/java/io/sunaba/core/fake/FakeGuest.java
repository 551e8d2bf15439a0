package io.sunaba.core.fake;

import io.sunaba.agent.GuestDevice;
import io.sunaba.agent.StreamPosition;
import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.Resources;
import io.sunaba.sandbox.Route;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
        private byte[] kept = END;
        private long counter;
        private long keptAt;

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

        /// Lets go of what a reader has had, and returns what it has not.
        synchronized byte[] arrived(StreamPosition position) {
            if (position.counter() == counter) {
                int had = (int) (position.bytes() - keptAt);
                kept = Arrays.copyOfRange(kept, had, kept.length);
            }
            counter = position.counter();
            keptAt = position.bytes();
            return kept.clone();
        }

        synchronized void keep(byte[] answered) {
            kept = answered.clone();
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
        public final Map<String, GuestDevice> devices = new ConcurrentHashMap<>();

        /// The devices that its processes use.
        public final Set<String> busy = ConcurrentHashMap.newKeySet();
    }

    public final Map<String, Container> containers = new ConcurrentHashMap<>();
    public final BlockingQueue<String> outOfMemory = new LinkedBlockingQueue<>();
    public volatile boolean sandbox;

    /// Its network interfaces by their MAC addresses.
    public final Map<String, Interface> interfaces = new ConcurrentHashMap<>();

    public volatile List<Route> routes = List.of();
    public volatile List<String> nameServers = List.of();

    /// How many processors it uses since it was told.
    public volatile int vcpus;

    /// What the agent does instead of what it is asked for.
    public interface Hostility {
        void at(String point) throws InterruptedException;
    }

    public volatile @Nullable Hostility hostility;

    /// A container that the agent says runs out of memory whenever it is asked.
    public volatile @Nullable String outOfMemoryForEver;

    void lose(String macAddress) {
        Interface gone = interfaces.remove(macAddress);
        if (gone != null) {
            routes = routes.stream().filter(each -> !each.device().equals(gone.name())).toList();
        }
    }

    void route(List<Route> wanted) {
        for (Route route : wanted) {
            if (interfaces.values().stream()
                    .noneMatch(each -> each.name().equals(route.device()))) {
                throw new NotFoundException("no interface " + route.device());
            }
            if (route.destination().equals("192.0.2.0/24")) {
                throw new RejectedException("unreachable");
            }
        }
        routes = List.copyOf(wanted);
    }

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

    void addDevice(String id, GuestDevice device) {
        if (process(id, id).exit.isDone()) {
            throw new ConflictException("container " + id + " has ended");
        }
        if (container(id).devices.putIfAbsent(device.id(), device) != null) {
            throw new ConflictException("container " + id + " has device " + device.id());
        }
    }

    void removeDevice(String id, String deviceId) {
        Container container = container(id);
        if (container.busy.contains(deviceId)) {
            throw new ConflictException("device " + deviceId + " is in use");
        }
        if (container.devices.remove(deviceId) == null) {
            throw new NotFoundException("no device " + deviceId);
        }
    }

    boolean uses(GuestDevice.Source source) {
        return containers.values().stream()
                .flatMap(container -> container.devices.values().stream())
                .anyMatch(device -> device.source().equals(source));
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
