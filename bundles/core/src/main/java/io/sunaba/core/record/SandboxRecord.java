package io.sunaba.core.record;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.sandbox.SandboxStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What is stored of a sandbox.
///
/// @param format the format of the record, see [RecordFormat]
/// @param reason why it is in its state, if that was not asked for
/// @param config what was asked for, but for the containers
/// @param agent the name of the agent plugin
/// @param vcpus virtual CPUs that its machine has now, or will have when it has one
/// @param memoryBytes memory, likewise
/// @param machine how to find its machine, or null while it has none
/// @param containers its containers, oldest first
/// @param network its network; a record without, of an earlier version, has none
/// @param devices the storage devices that were added to it, oldest first
public record SandboxRecord(
        int format,
        String id,
        Phase phase,
        SandboxState state,
        @Nullable String reason,
        SandboxConfig config,
        String hypervisor,
        String factory,
        String agent,
        int vcpus,
        long memoryBytes,
        Instant createdAt,
        @Nullable MachineRecord machine,
        List<ContainerRecord> containers,
        NetworkRecord network,
        List<DeviceRecord> devices) {
    /// What the owners of machines that belong to sandboxes start with.
    public static final String OWNER_PREFIX = "sandbox/";

    public SandboxRecord {
        requireNonNull(id, "id is null");
        requireNonNull(phase, "phase is null");
        requireNonNull(state, "state is null");
        requireNonNull(config, "config is null");
        requireNonNull(hypervisor, "hypervisor is null");
        requireNonNull(factory, "factory is null");
        requireNonNull(agent, "agent is null");
        requireNonNull(createdAt, "createdAt is null");
        containers = List.copyOf(containers);
        network = requireNonNullElse(network, NetworkRecord.NONE);
        devices = List.copyOf(devices);
    }

    /// The owner by which the sandbox's machine is known to the hypervisor.
    public String owner() {
        return OWNER_PREFIX + id;
    }

    public Optional<ContainerRecord> container(String containerId) {
        return containers.stream().filter(each -> each.id().equals(containerId)).findFirst();
    }

    public Size size() {
        return new Size(vcpus, memoryBytes);
    }

    /// Returns the size that was asked for: the machine may be larger if its containers need it.
    public Size asked() {
        Integer askedVcpus = config.vcpus();
        Long askedMemory = config.memoryBytes();
        return new Size(
                askedVcpus == null ? vcpus : askedVcpus,
                askedMemory == null ? memoryBytes : askedMemory);
    }

    public SandboxRecord asking(Size size) {
        return with(config.sized(size.vcpus(), size.memoryBytes()), size());
    }

    public SandboxRecord sized(Size size) {
        return with(config, size);
    }

    private SandboxRecord with(SandboxConfig newConfig, Size size) {
        return new SandboxRecord(
                format,
                id,
                phase,
                state,
                reason,
                newConfig,
                hypervisor,
                factory,
                agent,
                size.vcpus(),
                size.memoryBytes(),
                createdAt,
                machine,
                containers,
                network,
                devices);
    }

    public SandboxRecord on(NetworkRecord changed) {
        return new SandboxRecord(
                format,
                id,
                phase,
                state,
                reason,
                config,
                hypervisor,
                factory,
                agent,
                vcpus,
                memoryBytes,
                createdAt,
                machine,
                containers,
                changed,
                devices);
    }

    public SandboxRecord created() {
        return with(Phase.CREATED, state, reason, machine, containers);
    }

    /// The end of the machine has begun: it is to be completed, whatever happens.
    public SandboxRecord stopping() {
        return with(Phase.STOPPING, state, reason, machine, containers);
    }

    /// Tells whether something was begun and may not be done, or something is left on the host that
    /// no machine uses.
    public boolean unsettled() {
        return containers.stream().anyMatch(each -> each.intent() != null)
                || devices.stream().anyMatch(each -> each.intent() != null)
                || network.unsettled(machine != null);
    }

    public SandboxRecord in(SandboxState next) {
        return with(phase, next, null, machine, containers);
    }

    public SandboxRecord on(@Nullable MachineRecord changed) {
        return with(phase, state, reason, changed, containers);
    }

    /// The machine is gone, and with it all that ran in it.
    ///
    /// @param why the reason, or null if that was asked for
    public SandboxRecord stopped(@Nullable String why) {
        return with(
                        Phase.CREATED,
                        SandboxState.STOPPED,
                        why,
                        null,
                        containers.stream()
                                .filter(SandboxRecord::stays)
                                .map(each ->
                                        each.state() == ContainerState.STOPPED
                                                ? each
                                                : each.ended(null))
                                .map(each -> each.on(null).intending(null))
                                .toList())
                .having(
                        devices.stream()
                                .filter(each -> each.intent() == null)
                                .map(DeviceRecord::unplugged)
                                .toList())
                .sized(asked());
    }

    private static boolean stays(ContainerRecord container) {
        return switch (container.intent()) {
            case CREATE, DELETE -> false;
            case START, PAUSE, RESUME, UPDATE -> true;
            case null -> true;
        };
    }

    /// Adds a container, or replaces the one of its id.
    public SandboxRecord with(ContainerRecord container) {
        List<ContainerRecord> changed = new ArrayList<>(containers);
        changed.replaceAll(each -> each.id().equals(container.id()) ? container : each);
        if (!changed.contains(container)) {
            changed.add(container);
        }
        return with(phase, state, reason, machine, changed);
    }

    /// Removes a container; its devices stay and are nobody's.
    public SandboxRecord without(String containerId) {
        return with(
                        phase,
                        state,
                        reason,
                        machine,
                        containers.stream().filter(each -> !each.id().equals(containerId)).toList())
                .having(devices.stream().map(each -> each.without(containerId)).toList());
    }

    public Optional<DeviceRecord> device(String deviceId) {
        return devices.stream().filter(each -> each.id().equals(deviceId)).findFirst();
    }

    /// Adds a device, or replaces the one of its id.
    public SandboxRecord with(DeviceRecord device) {
        List<DeviceRecord> changed = new ArrayList<>(devices);
        changed.replaceAll(each -> each.id().equals(device.id()) ? device : each);
        if (!changed.contains(device)) {
            changed.add(device);
        }
        return having(changed);
    }

    public SandboxRecord withoutDevice(String deviceId) {
        return having(devices.stream().filter(each -> !each.id().equals(deviceId)).toList());
    }

    private SandboxRecord having(List<DeviceRecord> newDevices) {
        return new SandboxRecord(
                format,
                id,
                phase,
                state,
                reason,
                config,
                hypervisor,
                factory,
                agent,
                vcpus,
                memoryBytes,
                createdAt,
                machine,
                containers,
                network,
                newDevices);
    }

    private SandboxRecord with(
            Phase newPhase,
            SandboxState newState,
            @Nullable String newReason,
            @Nullable MachineRecord newMachine,
            List<ContainerRecord> newContainers) {
        return new SandboxRecord(
                format,
                id,
                newPhase,
                newState,
                newReason,
                config,
                hypervisor,
                factory,
                agent,
                vcpus,
                memoryBytes,
                createdAt,
                newMachine,
                newContainers,
                network,
                devices);
    }

    public SandboxStatus status() {
        return new SandboxStatus(
                id,
                state,
                reason,
                hypervisor,
                factory,
                vcpus,
                memoryBytes,
                createdAt,
                containers.stream()
                        .filter(each -> each.intent() != ContainerRecord.Intent.CREATE)
                        .map(ContainerRecord::status)
                        .toList(),
                config.annotations());
    }
}
