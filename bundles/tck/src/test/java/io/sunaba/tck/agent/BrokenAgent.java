package io.sunaba.tck.agent;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.sunaba.agent.Agent;
import io.sunaba.agent.GuestContainer;
import io.sunaba.agent.GuestDetails;
import io.sunaba.agent.GuestSandbox;
import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.ContainerStats;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.OomEvent;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.ProcessList;
import io.sunaba.sandbox.Resources;
import io.sunaba.sandbox.Route;
import io.sunaba.tck.agent.PlayGuest.PlayContainer;
import io.sunaba.tck.agent.PlayGuest.PlayProcess;
import io.sunaba.tck.agent.PlayGuest.PlayStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A connection to a guest that is played, right but for one fault.
final class BrokenAgent implements Agent {
    private static final int SIGNAL = 128;

    private final Map<String, PlayContainer> containers;
    private final @Nullable AgentFault fault;
    private final PlayGuest guest;
    private final SocketChannel channel;
    private final CompletableFuture<String> lost = new CompletableFuture<>();
    private final ReentrantLock one = new ReentrantLock();
    private volatile boolean held;
    private volatile boolean closed;
    private volatile boolean gone;
    private final AtomicReference<@Nullable String> firstProcess = new AtomicReference<>();

    BrokenAgent(PlayGuest guest, @Nullable AgentFault fault, SocketChannel channel) {
        this.guest = guest;
        this.fault = fault;
        this.channel = channel;
        containers = is(AgentFault.FORGETS) ? new ConcurrentHashMap<>() : guest.containers;
        Thread.startVirtualThread(this::notice);
    }

    /// Waits for the end of the connection.
    private void notice() {
        try {
            channel.read(ByteBuffer.allocate(1));
        } catch (IOException _) {
            // closed here
        }
        if (!closed && !is(AgentFault.NEVER_LOST)) {
            gone = true;
            lost.complete("the agent hung up");
        }
    }

    private boolean is(AgentFault some) {
        return fault == some;
    }

    private void requireOpen() {
        if (gone || (closed && !is(AgentFault.WORKS_WHEN_CLOSED))) {
            throw new UnavailableException("the connection is closed");
        }
    }

    private PlayContainer container(String id) {
        requireOpen();
        PlayContainer found = containers.get(id);
        if (found == null) {
            throw new NotFoundException(
                    is(AgentFault.VAGUE) ? "not found" : "there is no container " + id);
        }
        return found;
    }

    private PlayProcess process(String containerId, String processId) {
        PlayProcess found = container(containerId).processes.get(processId);
        if (found == null) {
            throw new NotFoundException("there is no process " + processId);
        }
        return found;
    }

    /// Waits until there is something, or the connection is closed.
    private <T> T await(Supplier<@Nullable T> look) throws InterruptedException {
        if (is(AgentFault.ONE_AT_A_TIME)) {
            one.lock();
        }
        try {
            T found = look.get();
            while (found == null) {
                if (!is(AgentFault.WAITS_WHEN_CLOSED) && !held) {
                    requireOpen();
                }
                PlayGuest.pause(is(AgentFault.WAITS_UNINTERRUPTED));
                found = look.get();
            }
            return found;
        } finally {
            if (one.isHeldByCurrentThread()) {
                one.unlock();
            }
        }
    }

    @Override
    public GuestDetails guestDetails() {
        return new GuestDetails(is(AgentFault.NAMELESS) ? " " : "1.0", "1", "");
    }

    @Override
    public CompletionStage<String> lost() {
        return lost;
    }

    @Override
    public Duration check() throws InterruptedException {
        requireOpen();
        var _ = await(() -> true);
        return Duration.ofNanos(1);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            hangUp();
            if (is(AgentFault.LOSES_WHAT_IS_CLOSED)) {
                lost.complete("closed");
            }
            if (is(AgentFault.FORGETS)) {
                containers.values().forEach(PlayContainer::kill);
            }
        }
    }

    @Override
    public void leave() {
        if (is(AgentFault.ENDS_WHEN_LEFT)) {
            containers.values().forEach(PlayContainer::kill);
        }
        held = is(AgentFault.HOLDS_WHEN_LEFT);
        close();
    }

    private void hangUp() {
        try {
            if (!is(AgentFault.LEAKS)) {
                channel.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void createContainer(GuestContainer container) {
        requireOpen();
        String id = container.config().id();
        PlayContainer made =
                new PlayContainer(id, guest.process(container.config().process().arguments()));
        if (is(AgentFault.TAKES_ANY_ID)) {
            PlayContainer before = containers.put(id, made);
            if (before != null) {
                before.kill();
            }
        } else if (containers.putIfAbsent(id, made) != null) {
            throw new ConflictException("there is a container " + id);
        }
        if (is(AgentFault.STARTS_EARLY)) {
            process(id, id).start();
        }
    }

    @Override
    public void startContainer(String containerId) {
        container(containerId);
        if (!is(AgentFault.STARTS_EARLY)) {
            process(containerId, containerId).start();
        }
    }

    @Override
    public void removeContainer(String containerId) {
        PlayContainer container = container(containerId);
        if (is(AgentFault.LEAVES_PROCESSES)) {
            process(containerId, containerId).kill();
        } else {
            container.kill();
        }
        containers.remove(containerId);
    }

    @Override
    public void execProcess(String containerId, String processId, ProcessConfig process) {
        Map<String, PlayProcess> processes = container(containerId).processes;
        PlayProcess made = guest.process(process.arguments());
        if (processes.putIfAbsent(processId, made) != null) {
            throw new ConflictException("there is a process " + processId);
        }
        made.start();
        firstProcess.compareAndSet(null, processId);
    }

    @Override
    public void signalProcess(String containerId, @Nullable String processId, int signal)
            throws InterruptedException {
        PlayContainer container = container(containerId);
        List<PlayProcess> meant =
                processId == null || is(AgentFault.SIGNALS_ALL)
                        ? List.copyOf(container.processes.values())
                        : List.of(process(containerId, processId));
        for (PlayProcess process : meant) {
            if (process.runs()) {
                process.signal(Integer.toString(signal));
            } else if (is(AgentFault.COMPLAINS)) {
                throw new NotFoundException("the process has ended");
            }
        }
    }

    @Override
    public int waitProcess(String containerId, String processId) throws InterruptedException {
        PlayProcess process = process(containerId, processId);
        int code = await(() -> process.exit.getNow(null));
        if (is(AgentFault.BARE_SIGNALS) && code > SIGNAL) {
            return code - SIGNAL;
        }
        return is(AgentFault.CUTS_CODES) ? code & 127 : code;
    }

    @Override
    public ProcessList listProcesses(String containerId, List<String> options) {
        List<List<String>> rows = new ArrayList<>();
        container(containerId)
                .processes
                .forEach((id, process) -> {
                    if (process.runs() && (rows.isEmpty() || !is(AgentFault.LISTS_THE_FIRST))) {
                        rows.add(List.of(id));
                    }
                });
        return new ProcessList(List.of("ID"), rows);
    }

    @Override
    public void updateContainer(String containerId, Resources resources) {
        PlayContainer container = container(containerId);
        Resources before = container.limits;
        container.limits =
                is(AgentFault.RESETS_LIMITS)
                        ? resources
                        : new Resources(
                                null,
                                null,
                                null,
                                null,
                                newer(resources.memoryLimitBytes(), before.memoryLimitBytes()),
                                newer(resources.processLimit(), before.processLimit()));
    }

    private static @Nullable Long newer(@Nullable Long next, @Nullable Long before) {
        return next == null ? before : next;
    }

    @Override
    public ContainerStats statsContainer(String containerId) {
        PlayContainer container = container(containerId);
        return new ContainerStats(
                containerId,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                1,
                1,
                requireNonNullElse(container.limits.memoryLimitBytes(), -1L),
                0,
                container.processes.values().stream().filter(PlayProcess::runs).count(),
                requireNonNullElse(container.limits.processLimit(), -1L));
    }

    @Override
    public void pauseContainer(String containerId) throws InterruptedException {
        if (!is(AgentFault.NEVER_FREEZES)) {
            signalEach(containerId, "STOP");
        }
    }

    @Override
    public void resumeContainer(String containerId) throws InterruptedException {
        signalEach(containerId, "CONT");
    }

    private void signalEach(String containerId, String signal) throws InterruptedException {
        for (PlayProcess process : container(containerId).processes.values()) {
            process.signal(signal);
        }
    }

    @Override
    public void writeStdin(String containerId, String processId, byte[] data) {
        try {
            OutputStream input = process(containerId, processId).started().getOutputStream();
            input.write(data);
            input.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void closeStdin(String containerId, String processId) {
        PlayProcess process = process(containerId, processId);
        if (is(AgentFault.NEVER_ENDS_INPUT)) {
            return;
        }
        try {
            process.started().getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public byte[] readStdout(String containerId, String processId, int maximumBytes)
            throws InterruptedException {
        boolean further = !processId.equals(containerId);
        if (further && is(AgentFault.MUTE)) {
            return new byte[0];
        }
        PlayProcess process =
                process(
                        containerId,
                        further && is(AgentFault.CONFUSES_PROCESSES)
                                ? requireNonNull(firstProcess.get())
                                : processId);
        if (is(AgentFault.DROPS_OUTPUT) && process.exit.isDone()) {
            return new byte[0];
        }
        if (is(AgentFault.SKIPS_OUTPUT)) {
            read(process.output, 1);
        }
        return read(process.output, is(AgentFault.READS_ALL) ? Integer.MAX_VALUE : maximumBytes);
    }

    @Override
    public byte[] readStderr(String containerId, String processId, int maximumBytes)
            throws InterruptedException {
        PlayProcess process = process(containerId, processId);
        return read(is(AgentFault.MIXES_STREAMS) ? process.output : process.errors, maximumBytes);
    }

    private byte[] read(PlayStream stream, int most) throws InterruptedException {
        return await(() -> stream.take(most));
    }

    // ---- what no check asks for ----------------------------------------------------------------

    private static RejectedException cannot() {
        return new RejectedException("this agent cannot");
    }

    @Override
    public void setTime(Instant now) {
        throw cannot();
    }

    @Override
    public void addEntropy(byte[] entropy) {
        throw cannot();
    }

    @Override
    public void createSandbox(GuestSandbox sandbox) {
        throw cannot();
    }

    @Override
    public void destroySandbox() {
        throw cannot();
    }

    @Override
    public void onlineResources(int vcpus) {
        throw cannot();
    }

    @Override
    public String metrics() {
        throw cannot();
    }

    @Override
    public void settle() {
        throw cannot();
    }

    @Override
    public OomEvent awaitOomEvent() {
        throw cannot();
    }

    @Override
    public void resizeTerminal(String containerId, String processId, int height, int width) {
        throw cannot();
    }

    @Override
    public Interface updateInterface(Interface networkInterface) {
        throw cannot();
    }

    @Override
    public List<Interface> listInterfaces() {
        throw cannot();
    }

    @Override
    public List<Route> updateRoutes(List<Route> routes) {
        throw cannot();
    }

    @Override
    public List<Route> listRoutes() {
        throw cannot();
    }
}
