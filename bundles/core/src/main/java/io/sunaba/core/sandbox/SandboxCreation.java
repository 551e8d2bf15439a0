package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.config.CoreConfig;
import io.sunaba.core.plugin.Kind;
import io.sunaba.core.record.NetworkRecord;
import io.sunaba.core.record.Phase;
import io.sunaba.core.record.SandboxRecord;
import io.sunaba.core.record.SandboxRecords;
import io.sunaba.core.validation.SandboxRules;
import io.sunaba.core.workflow.Step;
import io.sunaba.core.workflow.Workflow;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.HypervisorCapabilities;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.InterfaceHotplug;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.DeviceInfo;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.sandbox.SandboxState;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The creation of one sandbox, from the config to a sandbox that somebody can be handed.
final class SandboxCreation {
    private static final Logger LOG = LoggerFactory.getLogger(SandboxCreation.class);

    private final Environment environment;
    private final SandboxRegistry registry;
    private final SandboxConfig config;

    SandboxCreation(Environment environment, SandboxRegistry registry, SandboxConfig config) {
        this.environment = requireNonNull(environment, "environment is null");
        this.registry = requireNonNull(registry, "registry is null");
        this.config = requireNonNull(config, "config is null");
    }

    LiveSandbox run() throws InterruptedException {
        long begun = System.nanoTime();
        SandboxRules.check(config);
        registry.requireFree(config.id());
        GuestImage guest = Boot.guest(environment);
        SandboxRecord plan = plan();
        SandboxRecord intent =
                plan.on(new NetworkPlan(environment.networks()).of(interfaces(plan)));
        LiveSandbox sandbox = registry.hold(intent);
        try (RootImages images = registry.images(config.containers())) {
            sandbox.lock()
                    .change(() ->
                            Workflow.run(
                                    "creation of sandbox " + config.id(),
                                    steps(sandbox, guest, images, intent)));
        }
        LOG.info(
                "Sandbox {} created in {} ms",
                config.id(),
                (System.nanoTime() - begun) / 1_000_000);
        return sandbox;
    }

    /// The whole workflow. The intent record is durable before there is a machine: whenever this
    /// process dies, the next one finds what to remove.
    private List<Step> steps(
            LiveSandbox sandbox, GuestImage guest, RootImages images, SandboxRecord intent) {
        String id = config.id();
        SandboxRecords records = environment.records();
        Ledger ledger = sandbox.parts().ledger();
        Boot boot = new Boot(sandbox.parts(), guest, config.containers(), images, intent);
        List<Step> steps = new ArrayList<>();
        steps.add(new Step("the structure", () -> registry.claim(sandbox), () -> forget(sandbox)));
        steps.add(
                new Step(
                        "the index",
                        () -> records.addToIndex(id),
                        () -> records.removeFromIndex(id)));
        steps.add(
                new Step(
                        "the intent record",
                        () -> ledger.commit(intent),
                        () -> records.delete(id)));
        steps.addAll(boot.steps());
        steps.add(new Step("the record", () -> ledger.commit(boot.result().created())));
        return steps;
    }

    private void forget(LiveSandbox sandbox) {
        sandbox.end(() -> new NotFoundException("sandbox " + config.id() + " was not created"));
        registry.forget(sandbox);
    }

    /// Returns the machine that it would get.
    HypervisorConfig machine() throws InterruptedException {
        SandboxRules.check(config);
        return Boot.machineConfig(environment, plan(), Boot.guest(environment));
    }

    private List<Interface> interfaces(SandboxRecord plan) throws InterruptedException {
        List<Interface> asked = plan.config().interfaces();
        List<Interface> interfaces =
                asked == null ? environment.config().get().network().interfaces() : asked;
        if (!interfaces.isEmpty()) {
            HypervisorCapabilities hypervisor =
                    environment.plugins().steady(Kind.HYPERVISOR, plan.hypervisor()).capabilities();
            if (!hypervisor.abilities().contains(InterfaceHotplug.class)) {
                throw new RejectedException(
                        "sandbox %s cannot have the network interface %s: %s has not the ability %s"
                                .formatted(
                                        plan.id(),
                                        interfaces.getFirst().name(),
                                        hypervisor.vmm(),
                                        InterfaceHotplug.class.getSimpleName()));
            }
        }
        return interfaces;
    }

    /// Decides what the config leaves open, and checks it against what there is.
    private SandboxRecord plan() throws InterruptedException {
        CoreConfig defaults = environment.config().get();
        String hypervisor =
                Objects.requireNonNullElse(config.hypervisor(), defaults.defaultHypervisor());
        String factory = Objects.requireNonNullElse(config.factory(), defaults.defaultFactory());
        int vcpus = Objects.requireNonNullElse(config.vcpus(), defaults.defaultVcpus());
        long memoryBytes =
                Objects.requireNonNullElse(config.memoryBytes(), defaults.defaultMemoryBytes());
        environment.plugins().require(Kind.FACTORY, factory);
        HypervisorCapabilities capabilities =
                environment.plugins().steady(Kind.HYPERVISOR, hypervisor).capabilities();
        SandboxRules.checkSize(vcpus, memoryBytes, defaults, environment.host(), capabilities);
        for (DeviceInfo device : config.devices()) {
            if (!capabilities.abilities().contains(GuestDevices.ability(device))) {
                throw new RejectedException(
                        "sandbox %s has device %s: hypervisor '%s' has no %s"
                                .formatted(
                                        config.id(),
                                        device.id(),
                                        hypervisor,
                                        GuestDevices.ability(device).getSimpleName()));
            }
        }
        SandboxRecord planned =
                new SandboxRecord(
                        SandboxRecords.FORMAT,
                        config.id(),
                        Phase.CREATING,
                        SandboxState.READY,
                        null,
                        withoutContainers().sized(vcpus, memoryBytes),
                        hypervisor,
                        factory,
                        defaults.defaultAgent(),
                        vcpus,
                        memoryBytes,
                        environment.clock().instant(),
                        null,
                        List.of(),
                        NetworkRecord.NONE,
                        config.devices().stream().map(GuestDevices::planned).toList());
        for (ContainerConfig container : config.containers()) {
            List<Attachment> _ = Attachment.of(planned, container);
        }
        return planned;
    }

    private SandboxConfig withoutContainers() {
        return new SandboxConfig(
                config.id(),
                config.hostname(),
                config.hypervisor(),
                config.factory(),
                config.vcpus(),
                config.memoryBytes(),
                config.sharedPidNamespace(),
                List.of(),
                config.interfaces(),
                List.of(),
                config.annotations());
    }
}
