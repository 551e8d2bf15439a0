package io.sunaba.guest.agent;

import io.sunaba.guest.protocol.CreateContainerRequest;
import io.sunaba.guest.protocol.CreateSandboxRequest;
import io.sunaba.guest.protocol.Storage;
import io.sunaba.ttrpc.TtrpcServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The parts of the agent that the first answer does not need, put together, and the one sandbox
/// that they serve.
final class Agent {
    private static final Path DIRECTORY = Path.of("/run/sunaba");

    /// Apart from all else: the names in it are those of containers.
    private static final Path BUNDLES = DIRECTORY.resolve("bundles");

    private static final int PAUSE_MILLIS = 2000;

    /// How long a device may take to come.
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final SystemCalls calls;
    private final EventLoop events;
    private final Machine machine;
    private final Drivers drivers;
    private final Uevents uevents;
    private final Network network;
    private final NetworkFiles networkFiles = new NetworkFiles(Machine.NETWORK_FILES);
    private final MachineId machineId = new MachineId(DIRECTORY.resolve("machine-id"));
    private final Storages storages;
    private final Launcher launcher;
    private final Containers containers;
    private final boolean ownsMachine;
    private final OomWatch oomWatch;
    private final Resources resources = new Resources(Path.of("/sys/devices/system"));

    private final CountDownLatch hurry = new CountDownLatch(1);
    private final CountDownLatch listening = new CountDownLatch(1);

    private final MountsAhead mountsAhead;

    /// What is mounted for the sandbox; null while there is none.
    private @Nullable List<Storages.Mounted> sandboxMounts;

    /// Null while there is none for all containers.
    private @Nullable PidNamespace pidNamespace;

    private Agent(Executor executor, Path crun, boolean ownsMachine) throws IOException {
        this.ownsMachine = ownsMachine;
        LinuxSystemCalls linux = new LinuxSystemCalls();
        calls = linux;
        machine = new Machine(calls);
        if (ownsMachine) {
            machine.setUp();
        } else {
            // Process 1 has them anyway.
            calls.adoptOrphans();
        }
        Files.createDirectories(BUNDLES);
        events = new EventLoop(calls, executor);
        Reaper reaper = new Reaper(calls);
        drivers = new Drivers(calls, reaper);
        drivers.prepare();
        uevents = new Uevents(calls, events);
        network =
                new Network(
                        calls,
                        new LinkFinder(calls, drivers::awaitPresent, PATIENCE),
                        networkFiles);
        if (ownsMachine) {
            // From the first moment: what is plugged into a copy of this machine finds it as it is.
            uevents.subscribe(drivers::load);
            uevents.subscribe(network::forgetIfGone);
        }
        storages =
                new Storages(
                        calls,
                        new BlockDevices(
                                Path.of("/sys/devices/pci0000:00"), Path.of("/dev"), uevents),
                        new SharedDirectories(calls, uevents));
        mountsAhead = new MountsAhead(storages);
        oomWatch = new OomWatch(calls, events);
        launcher =
                new Launcher(
                        calls,
                        events,
                        reaper,
                        new Crun(crun, DIRECTORY, calls, reaper),
                        storages,
                        new ContainerView(calls, new LinuxNamespaces(linux)),
                        executor);
        containers =
                new Containers(
                        launcher, BUNDLES, Machine.CGROUPS, oomWatch, networkFiles, machineId);
    }

    /// Starts the agent as the machine's first process.
    static Agent start(Executor executor) {
        return start(executor, Path.of("/bin/crun"), true);
    }

    /// @param ownsMachine whether to set up the machine's file systems
    static Agent start(Executor executor, Path crun, boolean ownsMachine) {
        try {
            return new Agent(executor, crun, ownsMachine);
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /// Gets ready for what comes from elsewhere: other connections, devices, the power button.
    void listen(TtrpcServer server) throws IOException, InterruptedException {
        if (!ownsMachine) {
            return;
        }
        if (SerialPort.find(SerialPort.PORTS, Main.PORT).isPresent()) {
            // The host is served already, and what it wants first needs the processor more.
            var _ = hurry.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
        drivers.loadPresent("button", "evdev");
        PowerButton.watch(calls, events, machine::powerOff);
        if (Files.exists(Path.of("/sys/module/vmw_vsock_virtio_transport"))) {
            new VsockListener(calls, events, server);
        }
        listening.countDown();
    }

    /// Returns when this agent does no more of its own accord, and holds no memory that it needs no
    /// more.
    ///
    /// @param wanted what is mounted for the sandbox to come
    void settle(List<Storage> wanted) throws IOException, InterruptedException {
        if (ownsMachine) {
            hurry.countDown();
            listening.await();
        }
        mountAhead(wanted);
        System.gc();
    }

    private synchronized void mountAhead(List<Storage> wanted)
            throws IOException, InterruptedException {
        if (sandboxMounts != null) {
            throw Failures.wrongState("the sandbox exists");
        }
        mountsAhead.mount(wanted);
    }

    /// Tells whether the machine is this agent's alone.
    boolean ownsMachine() {
        return ownsMachine;
    }

    SystemCalls calls() {
        return calls;
    }

    Machine machine() {
        return machine;
    }

    Network network() {
        return network;
    }

    NetworkFiles networkFiles() {
        return networkFiles;
    }

    Resources resources() {
        return resources;
    }

    Containers containers() {
        return containers;
    }

    OomWatch oomWatch() {
        return oomWatch;
    }

    synchronized void createSandbox(CreateSandboxRequest request)
            throws IOException, InterruptedException {
        if (sandboxMounts != null) {
            throw Failures.exists("the sandbox exists");
        }
        Containers.refuse("guest_hook_path", !request.getGuestHookPath().isEmpty());
        for (var module : request.getKernelModulesList()) {
            drivers.load(module.getName(), module.getParametersList());
        }
        if (!request.getHostname().isEmpty()) {
            machine.setHostname(request.getHostname());
        }
        networkFiles.create(request.getHostname(), request.getDnsList());
        machineId.renew();
        List<Storages.Mounted> mounts = mountsAhead.take(request.getStoragesList());
        try {
            if (request.getSandboxPidns()) {
                pidNamespace = PidNamespace.create(launcher, BUNDLES);
            }
        } catch (Throwable e) {
            storages.unmount(mounts);
            throw e;
        }
        sandboxMounts = mounts;
    }

    void createContainer(CreateContainerRequest request) throws IOException, InterruptedException {
        containers.create(request, pidNamespace(request.getSandboxPidns()));
    }

    private synchronized @Nullable PidNamespace pidNamespace(boolean wanted) {
        if (sandboxMounts == null) {
            throw Failures.wrongState("there is no sandbox; create it first");
        }
        if (wanted && pidNamespace == null) {
            throw Failures.wrongState("the containers of this sandbox share no PID namespace");
        }
        return wanted ? pidNamespace : null;
    }

    /// Removes the sandbox with all that is in it. The machine goes on.
    synchronized void destroySandbox() throws InterruptedException {
        containers.removeAll();
        if (pidNamespace != null) {
            pidNamespace.close();
            pidNamespace = null;
        }
        if (sandboxMounts != null) {
            storages.unmount(sandboxMounts);
            sandboxMounts = null;
        }
        calls.sync();
    }
}
