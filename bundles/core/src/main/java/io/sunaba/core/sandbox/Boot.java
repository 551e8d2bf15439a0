package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.agent.GuestSandbox;
import io.sunaba.core.config.CoreConfig;
import io.sunaba.core.config.GuestImages;
import io.sunaba.core.factory.Factories;
import io.sunaba.core.record.ContainerRecord;
import io.sunaba.core.record.DeviceRecord;
import io.sunaba.core.record.SandboxRecord;
import io.sunaba.core.record.Size;
import io.sunaba.core.workflow.Action;
import io.sunaba.core.workflow.Step;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.DeviceInfo;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxState;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Makes a sandbox's machine and brings its guest to where the record says: the part that creation
/// and the start of a stopped sandbox have in common.
final class Boot {
    private static final int ENTROPY_BYTES = 64;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Environment environment;
    private final Events events;
    private final Connection connection;
    private final GuestContainers containers;
    private final GuestDevices devices;
    private final Sizing sizing;
    private final NetworkWork network;
    private final GuestImage guest;
    private final List<ContainerConfig> wanted;
    private final RootImages images;
    private SandboxRecord result;

    /// @param parts the sandbox's
    /// @param guest what the machine boots
    /// @param wanted the containers that it is to have
    /// @param images their images
    /// @param record the record, which has no machine yet
    Boot(
            Parts parts,
            GuestImage guest,
            List<ContainerConfig> wanted,
            RootImages images,
            SandboxRecord record) {
        this.environment = parts.environment();
        this.events = parts.events();
        this.connection = parts.connection();
        this.containers = parts.containers();
        this.devices = parts.devices();
        this.sizing = parts.sizing();
        this.network = parts.network();
        this.guest = requireNonNull(guest, "guest is null");
        this.wanted = List.copyOf(wanted);
        this.images = requireNonNull(images, "images is null");
        this.result = requireNonNull(record, "record is null");
    }

    static GuestImage guest(Environment environment) {
        return GuestImages.load(environment.config().get().guestImage());
    }

    List<Step> steps() {
        return List.of(
                new Step(
                        "the host's networks",
                        () -> network.make(result.network()),
                        () -> network.remove(result.network())),
                new Step("the machine", this::bootMachine, this::endMachine),
                // What follows is in the machine and goes with it.
                new Step("the guest's sandbox", explained(this::prepareSandbox)),
                new Step(
                        "the network interfaces", explained(() -> network.bring(result.network()))),
                new Step("room for the containers", explained(this::grow)),
                new Step("the devices", explained(this::plugDevices)),
                new Step("the containers", explained(this::bringContainers)));
    }

    /// Returns the record as it is after the steps.
    SandboxRecord result() {
        return result;
    }

    private void bootMachine() throws InterruptedException {
        CoreConfig config = environment.config().get();
        Factories factories =
                new Factories(environment.plugins(), config.factoryFallback(), this::fellBack);
        Connection.Plugs before = Connection.Plugs.of(environment, result);
        connection.adopt(
                factories.newVm(result.factory(), machineConfig(environment, result, guest)),
                before);
    }

    /// Returns the machine that a sandbox gets.
    static HypervisorConfig machineConfig(
            Environment environment, SandboxRecord record, GuestImage guest)
            throws InterruptedException {
        Size maximum = Sizing.maximum(environment, record);
        return new HypervisorConfig(
                record.hypervisor(),
                record.owner(),
                guest,
                record.vcpus(),
                maximum.vcpus(),
                record.memoryBytes(),
                maximum.memoryBytes(),
                hasShare(record),
                environment.config().get().bootTimeout());
    }

    private static boolean hasShare(SandboxRecord record) {
        return record.devices().stream()
                .anyMatch(device -> device.info() instanceof DeviceInfo.Share);
    }

    private void fellBack(String from, String to, String reason) {
        events.publish(
                new SandboxEvent.FactoryFellBack(
                        result.id(), environment.clock().instant(), from, to, reason));
    }

    private void endMachine() throws InterruptedException {
        Machine machine = connection.machineAtHand();
        if (machine != null) {
            connection.expectEnd();
            machine.stop();
        }
        connection.close();
    }

    private void prepareSandbox() throws InterruptedException {
        byte[] entropy = new byte[ENTROPY_BYTES];
        RANDOM.nextBytes(entropy);
        GuestSandbox sandbox =
                new GuestSandbox(
                        result.id(),
                        Optional.ofNullable(result.config().hostname()).orElse(result.id()),
                        Routing.nameServers(result.network()),
                        result.config().sharedPidNamespace());
        Duration age = connection.agent().prepareSandbox(entropy, environment.clock(), sandbox);
        new GuestClock(environment.clock()).correct(connection.agent(), age);
    }

    private void grow() throws InterruptedException {
        result = result.sized(sizing.change(result.size(), sizing.needed(result, wanted.stream())));
    }

    private void plugDevices() throws InterruptedException {
        for (DeviceRecord device : result.devices()) {
            result = result.with(devices.plug(device));
        }
    }

    private void bringContainers() throws InterruptedException {
        for (ContainerConfig container : wanted) {
            Instant createdAt =
                    result.container(container.id())
                            .map(ContainerRecord::createdAt)
                            .orElseGet(environment.clock()::instant);
            result =
                    result.with(
                            containers.bring(
                                    GuestContainers.planned(
                                            container, images.of(container.id()), createdAt),
                                    Attachment.of(result, container)));
        }
        result = result.in(SandboxState.READY).on(connection.machine().record());
    }

    /// Has a failure say that the machine has ended, if that is why.
    private Action explained(Action action) {
        return () -> {
            try {
                action.run();
            } catch (UnavailableException e) {
                throw connection.explained(e);
            }
        };
    }
}
