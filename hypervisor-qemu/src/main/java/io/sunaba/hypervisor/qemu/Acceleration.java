package io.sunaba.hypervisor.qemu;

import io.sunaba.hypervisor.qemu.QemuConfig.Accel;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/// How guest code runs.
enum Acceleration {
    /// By the processor.
    KVM("kvm", "host", ""),
    /// By translation. What was translated is found again only at the address that it was
    /// translated for, so programs are not put at random ones: decision 17.
    TCG("tcg,thread=multi", "max", " norandmaps");

    private static final Path DEVICE = Path.of("/dev/kvm");
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    private final String option;
    private final String cpuModel;
    private final String kernelArguments;

    Acceleration(String option, String cpuModel, String kernelArguments) {
        this.option = option;
        this.cpuModel = cpuModel;
        this.kernelArguments = kernelArguments;
    }

    /// Returns QEMU's `-accel` option.
    String option() {
        return option;
    }

    /// Returns QEMU's `-cpu` option.
    String cpuModel() {
        return cpuModel;
    }

    /// Returns what the guest's kernel is told besides, with a blank before it.
    String kernelArguments() {
        return kernelArguments;
    }

    /// Finds out what a choice means on this host now.
    static Acceleration of(Accel accel) {
        return switch (accel) {
            case KVM -> KVM;
            case TCG -> TCG;
            case AUTO -> opens(DEVICE) && virtualizes(PROCESSORS) ? KVM : TCG;
        };
    }

    static boolean opens(Path device) {
        // Not a random access file: that would make the device where there is none.
        try (FileChannel _ =
                FileChannel.open(device, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /// A device that opens is not enough: without these flags, as under paravirtual nesting, guests
    /// abort or spin for ever.
    static boolean virtualizes(Path processors) {
        try {
            List<String> flags =
                    Files.readString(processors)
                            .lines()
                            .filter(line -> line.startsWith("flags"))
                            .findFirst()
                            .map(line -> Arrays.asList(line.split("\\s+")))
                            .orElse(List.of());
            return flags.contains("vmx") || flags.contains("svm");
        } catch (IOException _) {
            return false;
        }
    }
}
