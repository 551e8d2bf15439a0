package io.sunaba.tck.hypervisor;

import static io.sunaba.tck.hypervisor.Machines.check;

import io.sunaba.error.ConflictException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.SunabaException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorCapabilities;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import java.nio.file.Path;
import java.util.List;

/// What is refused, how, and that nothing is left of it.
final class RefusalChecks {
    private static final long MEBIBYTE = 1024 * 1024;

    private RefusalChecks() {}

    static List<Check<HypervisorFixture>> all() {
        return List.of(
                check("refuses too little and too much memory", RefusalChecks::memory),
                check("refuses too few and too many processors", RefusalChecks::vcpus),
                check("refuses ids that are none", RefusalChecks::ids),
                check("refuses an id in use, and leaves its machine alone", RefusalChecks::inUse),
                check("names a missing part of the guest image", RefusalChecks::missingImage),
                check("refuses records that it cannot read", RefusalChecks::records));
    }

    private static void memory(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        HypervisorCapabilities capabilities = hypervisor.capabilities();
        HypervisorConfig config = fixture.config();
        long least = capabilities.minimumMemoryBytes();
        rejected(fixture, hypervisor, Machines.withMemory(config, least - MEBIBYTE, least));
        rejected(fixture, hypervisor, Machines.withMemory(config, 0, 0));
        rejected(fixture, hypervisor, Machines.withMemory(config, least, least - MEBIBYTE));
        long tooMuch = 1L << 50;
        rejected(fixture, hypervisor, Machines.withMemory(config, tooMuch, tooMuch));
        Machine smallest =
                hypervisor.create(
                        new MachineSpec(
                                Machines.newId(), Machines.withMemory(config, least, least)));
        smallest.stop();
    }

    private static void vcpus(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        HypervisorConfig config = fixture.config();
        int most = hypervisor.capabilities().maximumVcpus();
        rejected(fixture, hypervisor, Machines.withVcpus(config, 0, 1));
        rejected(fixture, hypervisor, Machines.withVcpus(config, 2, 1));
        rejected(fixture, hypervisor, Machines.withVcpus(config, 1, most + 1));
        Machine largest =
                hypervisor.create(
                        new MachineSpec(Machines.newId(), Machines.withVcpus(config, 1, most)));
        largest.stop();
    }

    private static void rejected(
            HypervisorFixture fixture, Hypervisor hypervisor, HypervisorConfig config)
            throws Exception {
        MachineSpec spec = new MachineSpec(Machines.newId(), config);
        Expect.failure(
                RejectedException.class, "create of " + config, () -> hypervisor.create(spec));
        Machines.expectNothing(fixture, spec.id());
    }

    private static void ids(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        List<String> ids =
                List.of("", "web", "../" + "a".repeat(29), "A".repeat(32), "a".repeat(33), "/");
        for (String id : ids) {
            Expect.failure(
                    RejectedException.class,
                    "create of '" + id + "'",
                    () -> hypervisor.create(new MachineSpec(id, fixture.config())));
            hypervisor.destroy(id);
        }
        Machines.expectNothing(fixture);
    }

    private static void inUse(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        MachineSpec spec = Machines.newSpec(fixture);
        Machine machine = hypervisor.create(spec);
        Hypervisor other = fixture.open();
        for (Hypervisor each : List.of(hypervisor, other)) {
            Expect.names(
                    Expect.failure(
                            ConflictException.class, "create again", () -> each.create(spec)),
                    spec.id());
        }
        fixture.close(other);
        machine.start();
        Machines.expectState(MachineState.RUNNING, machine);
        machine.stop();
    }

    private static void missingImage(HypervisorFixture fixture, Hypervisor hypervisor)
            throws Exception {
        HypervisorConfig config = fixture.config();
        GuestImage guest = config.guest();
        Path missing = fixture.directory().resolve("missing");
        String arguments = guest.kernelArguments();
        String hash = guest.buildHash();
        List<GuestImage> images =
                List.of(
                        new GuestImage(missing, guest.initrd(), guest.rootDisk(), arguments, hash),
                        new GuestImage(guest.kernel(), missing, guest.rootDisk(), arguments, hash),
                        new GuestImage(guest.kernel(), guest.initrd(), missing, arguments, hash));
        for (GuestImage image : images) {
            MachineSpec spec = new MachineSpec(Machines.newId(), Machines.withGuest(config, image));
            Expect.names(
                    Expect.failure(
                            UnavailableException.class,
                            "create without an image",
                            () -> hypervisor.create(spec)),
                    missing.toString());
            Machines.expectNothing(fixture, spec.id());
        }
    }

    private static void records(HypervisorFixture fixture, Hypervisor hypervisor) throws Exception {
        Machine machine = Machines.create(fixture, hypervisor);
        String id = machine.id();
        for (String data : List.of("", "{}", "[]", "nonsense", "{\"format\":99}")) {
            Expect.failure(
                    SunabaException.class,
                    "attach to '" + data + "'",
                    () -> hypervisor.attach(new MachineRecord(id, "owner", data)));
        }
        // Another machine's record does not lead to this one.
        String data = machine.record().data();
        Expect.failure(
                SunabaException.class,
                "attach to another's data",
                () -> hypervisor.attach(new MachineRecord(Machines.newId(), "owner", data)));
        machine.stop();
    }
}
