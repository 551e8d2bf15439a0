package io.sunaba.hypervisor.clh;

import io.sunaba.vmm.machine.VmmProgram;
import java.util.regex.Pattern;

/// The Cloud Hypervisor that machines are started with.
final class ClhProgram {
    static final String NAME = "Cloud Hypervisor";

    private static final Pattern VERSION =
            Pattern.compile("cloud-hypervisor v?((\\d+)\\.(\\d+)[-.\\w]*)");

    /// The first that knows all fields that we send: an older one ignores silently what it does not
    /// know, the format of disk images among it.
    private static final int OLDEST = 52;

    private ClhProgram() {}

    static VmmProgram of(String binary) {
        return new VmmProgram(binary, NAME, VERSION, OLDEST, 0);
    }
}
