package io.sunaba.hypervisor.qemu;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// The configuration `io.sunaba.hypervisor.qemu` as it is written; [QemuConfig] is what it means.
@ObjectClassDefinition(name = "QEMU", description = "Runs machines with QEMU.")
public @interface QemuSettings {
    @AttributeDefinition(
            description = "The QEMU program: an absolute path, or a name to look up in PATH.")
    String binary() default "qemu-system-x86_64";

    @AttributeDefinition(
            description =
                    "How guest code runs: kvm, tcg, or auto (kvm where /dev/kvm can be opened and"
                            + " the processor has vmx or svm).")
    String accel() default "auto";

    @AttributeDefinition(
            name = "runtime.directory",
            description =
                    "A short path of a directory for sockets, logs and records of live machines;"
                            + " made and kept private to the user.")
    String runtime_directory() default "";

    @AttributeDefinition(
            name = "start.timeout",
            description = "How long QEMU may take to be ready, with ms, s or m.")
    String start_timeout() default "30s";

    @AttributeDefinition(
            name = "unplug.timeout",
            description = "How long a guest may take to let go of a device, with ms, s or m.")
    String unplug_timeout() default "20s";
}
