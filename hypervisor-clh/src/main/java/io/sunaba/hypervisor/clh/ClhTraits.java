package io.sunaba.hypervisor.clh;

import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.vmm.snapshot.Traits;
import java.nio.file.Path;

/// What a machine must have in common with a saved one to go on from its state.
final class ClhTraits {
    private ClhTraits() {}

    static Traits of(MachineSpec spec, String version) {
        MachineSpec kind = Traits.kind(spec.config());
        VmConfig layout = CommandLine.config(kind, ClhFiles.of(Path.of("/"), kind.id()));
        return Traits.of(
                ClhProgram.NAME + " " + version,
                "kvm",
                Traits.processor(),
                spec.config(),
                Api.GSON.toJson(layout));
    }
}
