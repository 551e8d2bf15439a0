package io.sunaba.hypervisor.qemu;

import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.vmm.snapshot.Traits;
import java.nio.file.Path;

/// What a machine of QEMU must have in common with a saved one to go on from its state.
final class QemuTraits {
    private QemuTraits() {}

    static Traits of(MachineSpec spec, String version, Acceleration acceleration) {
        MachineSpec kind = Traits.kind(spec.config());
        QemuFiles files = QemuFiles.of(Path.of("/"), kind.id());
        return Traits.of(
                "QEMU " + version,
                acceleration.option(),
                acceleration == Acceleration.KVM ? Traits.processor() : "any",
                spec.config(),
                String.join("\n", CommandLine.of(kind, files, acceleration, null)));
    }
}
