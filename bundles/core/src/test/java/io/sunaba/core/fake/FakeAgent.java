package io.sunaba.core.fake;

import io.sunaba.agent.Agent;
import io.sunaba.agent.GuestContainer;
import io.sunaba.agent.GuestDetails;
import io.sunaba.agent.GuestDevice;
import io.sunaba.agent.GuestSandbox;
import io.sunaba.agent.StreamPosition;
import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.ContainerStats;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.OomEvent;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.ProcessList;
import io.sunaba.sandbox.Resources;
import io.sunaba.sandbox.Route;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A connection to the guest of a fake machine.
final class FakeAgent implements Agent {
    private final FakeHypervisor.Host host;
    private final FakeGuest guest;
    private final Faults faults;
    private final AtomicInteger open;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CompletableFuture<String> lost = new CompletableFuture<>();
    private final CompletableFuture<Object> ended = new CompletableFuture<>();

    FakeAgent(FakeHypervisor.Host host, Faults faults, AtomicInteger open) {
        this.host = host;
        this.guest = host.guest;
        this.faults = faults;
        this.open = open;
        open.incrementAndGet();
        CompletableFuture<Void> _ =
                CompletableFuture.anyOf(host.dead, host.line)
                        .thenRun(() -> {
                            if (ended.complete("lost")) {
                                lost.complete("end of file");
                            }
                        });
    }

    private void at(String point) throws InterruptedException {
        faults.at("agent." + point);
        requireOpen();
        FakeGuest.Hostility hostility = guest.hostility;
        if (hostility != null) {
            hostility.at(point);
        }
    }

    private void requireOpen() {
        if (ended.isDone()) {
            throw new UnavailableException("the connection is " + ended.join());
        }
    }

    /// Waits in the guest until something completes or the connection ends.
    private <T> T await(CompletableFuture<T> future) throws InterruptedException {
        try {
            CompletableFuture.anyOf(future, ended).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        if (!future.isDone()) {
            requireOpen();
        }
        return future.join();
    }

    private <T> T take(BlockingQueue<T> queue) throws InterruptedException {
        while (true) {
            requireOpen();
            T head = queue.poll(10, TimeUnit.MILLISECONDS);
            if (head != null) {
                return head;
            }
        }
    }

    @Override
    public void settle() throws InterruptedException {
        at("settle");
    }

    @Override
    public GuestDetails guestDetails() {
        return new GuestDetails("1", "3", "");
    }

    @Override
    public CompletionStage<String> lost() {
        return lost;
    }

    @Override
    public void setTime(Instant now) throws InterruptedException {
        at("setTime");
    }

    @Override
    public void addEntropy(byte[] entropy) throws InterruptedException {
        at("addEntropy");
    }

    @Override
    public void createSandbox(GuestSandbox sandbox) throws InterruptedException {
        at("createSandbox");
        if (guest.sandbox) {
            throw new ConflictException("there is a sandbox");
        }
        guest.sandbox = true;
        guest.nameServers = sandbox.nameServers();
    }

    @Override
    public void destroySandbox() throws InterruptedException {
        at("destroySandbox");
        List.copyOf(guest.containers.keySet()).forEach(guest::remove);
    }

    @Override
    public void onlineResources(int vcpus) throws InterruptedException {
        at("onlineResources");
        guest.vcpus = vcpus;
    }

    @Override
    public String metrics() throws InterruptedException {
        at("metrics");
        return "up 1\n";
    }

    @Override
    public void createContainer(GuestContainer container) throws InterruptedException {
        at("createContainer");
        if (host.disks.isEmpty()) {
            throw new ConflictException("there is no disk");
        }
        guest.create(
                container.config().id(),
                container.config().process(),
                container.config().resources());
    }

    @Override
    public void startContainer(String containerId) throws InterruptedException {
        at("startContainer");
        guest.start(containerId);
    }

    @Override
    public void removeContainer(String containerId) throws InterruptedException {
        at("removeContainer");
        guest.remove(containerId);
    }

    @Override
    public void execProcess(String containerId, String processId, ProcessConfig process)
            throws InterruptedException {
        at("execProcess");
        guest.exec(containerId, processId, process);
    }

    @Override
    public void signalProcess(String containerId, @Nullable String processId, int signal)
            throws InterruptedException {
        at("signalProcess");
        if (processId == null) {
            guest.container(containerId).processes.values().forEach(each -> each.signal(signal));
        } else {
            guest.process(containerId, processId).signal(signal);
        }
    }

    @Override
    public int waitProcess(String containerId, String processId) throws InterruptedException {
        at("waitProcess");
        return await(guest.process(containerId, processId).exit);
    }

    @Override
    public ProcessList listProcesses(String containerId, List<String> options)
            throws InterruptedException {
        at("listProcesses");
        return new ProcessList(
                List.of("PID"),
                guest.container(containerId).processes.keySet().stream().map(List::of).toList());
    }

    @Override
    public void updateContainer(String containerId, Resources resources)
            throws InterruptedException {
        at("updateContainer");
        guest.container(containerId).limits = resources;
    }

    @Override
    public ContainerStats statsContainer(String containerId) throws InterruptedException {
        at("statsContainer");
        long processes = guest.container(containerId).processes.size();
        return new ContainerStats(
                containerId,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                1,
                1,
                -1,
                0,
                processes,
                -1);
    }

    @Override
    public void pauseContainer(String containerId) throws InterruptedException {
        at("pauseContainer");
        guest.pause(containerId, true);
    }

    @Override
    public void resumeContainer(String containerId) throws InterruptedException {
        at("resumeContainer");
        guest.pause(containerId, false);
    }

    @Override
    public void addDevice(String containerId, GuestDevice device) throws InterruptedException {
        at("addDevice");
        if (device.source() instanceof GuestDevice.Disk disk
                && !host.paths.containsValue(disk.path())) {
            throw new NotFoundException("no disk at " + disk.path());
        }
        guest.addDevice(containerId, device);
    }

    @Override
    public void removeDevice(String containerId, String deviceId) throws InterruptedException {
        at("removeDevice");
        guest.removeDevice(containerId, deviceId);
    }

    @Override
    public OomEvent awaitOomEvent() throws InterruptedException {
        at("awaitOomEvent");
        String endless = guest.outOfMemoryForEver;
        if (endless != null) {
            return new OomEvent(endless);
        }
        return new OomEvent(take(guest.outOfMemory));
    }

    @Override
    public void writeStdin(String containerId, String processId, byte[] data)
            throws InterruptedException {
        at("writeStdin");
        guest.process(containerId, processId).write(data);
    }

    @Override
    public void closeStdin(String containerId, String processId) throws InterruptedException {
        at("closeStdin");
        guest.process(containerId, processId).end(0);
    }

    @Override
    public byte[] readStdout(String containerId, String processId, int maximumBytes)
            throws InterruptedException {
        at("readStdout");
        FakeGuest.Program process = guest.process(containerId, processId);
        byte[] data = take(process.output);
        if (data.length == 0) {
            process.output.add(data);
        }
        if (data.length > maximumBytes) {
            throw new IllegalStateException("a chunk of " + data.length);
        }
        return Arrays.copyOf(data, data.length);
    }

    @Override
    public byte[] readStdout(
            String containerId, String processId, int maximumBytes, StreamPosition position)
            throws InterruptedException {
        FakeGuest.Program process = guest.process(containerId, processId);
        byte[] again = process.arrived(position);
        if (again.length > 0) {
            at("readStdout");
            return again;
        }
        byte[] data = readStdout(containerId, processId, maximumBytes);
        process.keep(data);
        at("answered");
        return data;
    }

    @Override
    public void confirmStdout(String containerId, String processId, StreamPosition position)
            throws InterruptedException {
        at("confirmStdout");
        var _ = guest.process(containerId, processId).arrived(position);
    }

    @Override
    public byte[] readStderr(String containerId, String processId, int maximumBytes)
            throws InterruptedException {
        at("readStderr");
        await(guest.process(containerId, processId).exit);
        return new byte[0];
    }

    @Override
    public void resizeTerminal(String containerId, String processId, int height, int width)
            throws InterruptedException {
        at("resizeTerminal");
    }

    @Override
    public Interface updateInterface(Interface networkInterface) throws InterruptedException {
        at("updateInterface");
        String macAddress = String.valueOf(networkInterface.macAddress());
        if (host.interfaces.values().stream()
                .noneMatch(each -> each.macAddress().equals(macAddress))) {
            throw new NotFoundException("no interface has " + macAddress);
        }
        guest.interfaces.put(macAddress, unconnected(networkInterface));
        return unconnected(networkInterface);
    }

    /// A guest does not know what its interfaces are connected to.
    private static Interface unconnected(Interface known) {
        return new Interface(
                known.name(), known.macAddress(), known.addresses(), known.mtu(), null);
    }

    @Override
    public List<Interface> listInterfaces() throws InterruptedException {
        at("listInterfaces");
        return Stream.concat(
                        Stream.of(new Interface("lo", null, List.of("127.0.0.1/8"), 65536, null)),
                        guest.interfaces.values().stream()
                                .sorted(Comparator.comparing(Interface::name)))
                .toList();
    }

    @Override
    public List<Route> updateRoutes(List<Route> routes) throws InterruptedException {
        at("updateRoutes");
        guest.route(routes);
        return guest.routes;
    }

    @Override
    public void setNameServers(List<String> addresses) throws InterruptedException {
        at("setNameServers");
        guest.nameServers = addresses;
    }

    @Override
    public List<Route> listRoutes() throws InterruptedException {
        at("listRoutes");
        return guest.routes;
    }

    @Override
    public Duration check() throws InterruptedException {
        at("check");
        return Duration.ZERO;
    }

    @Override
    public void leave() {
        faults.passed.add("agent.leave");
        close();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            ended.complete("closed");
            open.decrementAndGet();
        }
    }
}
