package io.sunaba.hypervisor.qemu;

import io.sunaba.configuration.Allowed;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/// The configuration `io.sunaba.hypervisor.qemu` as it is written; [QemuConfig] is what it means.
@ObjectClassDefinition(name = "QEMU", description = "Runs machines with QEMU.")
public @interface QemuSettings {
    @AttributeDefinition(
            description = "The QEMU program: an absolute path, or a name to look up in PATH.")
    @Allowed(pattern = ".+", rule = "a path or a name")
    String binary() default "qemu-system-x86_64";

    @AttributeDefinition(
            description =
                    "The program that serves shared directories: an absolute path, or a name to"
                            + " look up in PATH; empty to look where packages put it.")
    String virtiofsd() default "";

    @AttributeDefinition(
            description =
                    "How guest code runs: kvm, tcg, or auto (kvm where /dev/kvm can be opened and"
                            + " the processor has vmx or svm).",
            options = {
                @Option(label = "auto", value = "auto"),
                @Option(label = "kvm", value = "kvm"),
                @Option(label = "tcg", value = "tcg")
            })
    String accel() default "auto";

    @AttributeDefinition(
            name = "runtime.directory",
            description =
                    "A short path of a directory for sockets, logs and records of live machines;"
                            + " made and kept private to the user.")
    @Allowed(pattern = "/.{0,59}", rule = "an absolute path of at most 60 bytes")
    String runtime_directory() default "";

    @AttributeDefinition(
            name = "start.timeout",
            description = "How long QEMU may take to be ready, with ms, s or m.")
    @Allowed(
            pattern = "0*[1-9]\\d{0,8}(ms|s|m)",
            rule = "a number above 0 with ms, s or m, such as 30s")
    String start_timeout() default "30s";

    @AttributeDefinition(
            name = "unplug.timeout",
            description = "How long a guest may take to let go of a device, with ms, s or m.")
    @Allowed(
            pattern = "0*[1-9]\\d{0,8}(ms|s|m)",
            rule = "a number above 0 with ms, s or m, such as 20s")
    String unplug_timeout() default "20s";
}
