package io.sunaba.hypervisor.clh;

import io.sunaba.configuration.Allowed;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// The configuration `io.sunaba.hypervisor.clh` as it is written; [ClhConfig] is what it means.
@ObjectClassDefinition(
        name = "Cloud Hypervisor",
        description = "Runs machines with Cloud Hypervisor.")
public @interface ClhSettings {
    @AttributeDefinition(
            description =
                    "The Cloud Hypervisor program: an absolute path, or a name to look up in PATH.")
    @Allowed(pattern = ".+", rule = "a path or a name")
    String binary() default "cloud-hypervisor";

    @AttributeDefinition(
            description =
                    "The program that serves shared directories: an absolute path, or a name to"
                            + " look up in PATH; empty to look where packages put it.")
    String virtiofsd() default "";

    @AttributeDefinition(
            name = "runtime.directory",
            description =
                    "A short path of a directory for sockets, logs and records of live machines;"
                            + " made and kept private to the user.")
    @Allowed(pattern = "/.{0,59}", rule = "an absolute path of at most 60 bytes")
    String runtime_directory() default "";

    @AttributeDefinition(
            name = "start.timeout",
            description = "How long Cloud Hypervisor may take to be ready, with ms, s or m.")
    @Allowed(
            pattern = "0*[1-9]\\d{0,8}(ms|s|m)",
            rule = "a number above 0 with ms, s or m, such as 30s")
    String start_timeout() default "30s";

    @AttributeDefinition(
            name = "request.timeout",
            description = "How long Cloud Hypervisor may take for an answer, with ms, s or m.")
    @Allowed(
            pattern = "0*[1-9]\\d{0,8}(ms|s|m)",
            rule = "a number above 0 with ms, s or m, such as 30s")
    String request_timeout() default "60s";

    @AttributeDefinition(
            name = "unplug.timeout",
            description = "How long a guest may take to let go of a device, with ms, s or m.")
    @Allowed(
            pattern = "0*[1-9]\\d{0,8}(ms|s|m)",
            rule = "a number above 0 with ms, s or m, such as 30s")
    String unplug_timeout() default "20s";
}
