package io.sunaba.core.config;

import io.sunaba.configuration.Allowed;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/// The configuration `io.sunaba.core` as written; [CoreConfig] is what is made of it.
@ObjectClassDefinition(
        pid = CoreConfig.PID,
        name = "Sunaba core",
        description = "Defaults and limits of sandboxes, and where the platform finds its things.")
public @interface CoreSettings {
    @AttributeDefinition(
            name = "Default hypervisor",
            description = "Name of the hypervisor plugin for sandboxes that name none.")
    @Allowed(
            pattern = "[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}",
            rule = "1 to 64 characters of a-z A-Z 0-9 _ . -, a letter or digit first")
    String default_hypervisor() default "qemu";

    @AttributeDefinition(
            name = "Default factory",
            description = "Name of the VM factory plugin for sandboxes that name none.")
    @Allowed(
            pattern = "[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}",
            rule = "1 to 64 characters of a-z A-Z 0-9 _ . -, a letter or digit first")
    String default_factory() default "new";

    @AttributeDefinition(
            name = "Default storage",
            description = "Name of the metadata storage plugin. In force from the next start on.")
    @Allowed(
            pattern = "[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}",
            rule = "1 to 64 characters of a-z A-Z 0-9 _ . -, a letter or digit first")
    String default_storage() default "fs";

    @AttributeDefinition(
            name = "Default agent",
            description = "Name of the agent plugin, which speaks to the guests.")
    @Allowed(
            pattern = "[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}",
            rule = "1 to 64 characters of a-z A-Z 0-9 _ . -, a letter or digit first")
    String default_agent() default "kata";

    @AttributeDefinition(
            name = "Factory fallback",
            description =
                    "Names of VM factories, with commas: which serve, in this order, when the chosen"
                            + " one cannot.")
    @Allowed(
            pattern =
                    "([a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}(\\s*,\\s*[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63})*)?",
            rule = "names of VM factories, with commas")
    String factory_fallback() default "cache,template,new";

    @AttributeDefinition(
            name = "Default virtual CPUs",
            description = "Virtual CPUs of sandboxes that ask for no number.",
            min = "1")
    int default_vcpus() default 1;

    @AttributeDefinition(
            name = "Default memory",
            description = "Memory of sandboxes that ask for none: bytes, or with K, M or G.")
    @Allowed(
            pattern = "0*[1-9]\\d{0,9}[KMG]?",
            rule = "a number of bytes above 0, or one with K, M or G, such as 256M")
    String default_memory() default "256M";

    @AttributeDefinition(
            name = "Maximum virtual CPUs",
            description =
                    "The most that one sandbox may have; 0 for all that the host has, and for 8 to"
                            + " grow to.",
            min = "0")
    int maximum_vcpus() default 0;

    @AttributeDefinition(
            name = "Maximum memory",
            description = "The most that one sandbox may have; 0 for all that the host has.")
    @Allowed(
            pattern = "\\d{1,10}[KMG]?",
            rule = "a number of bytes, or one with K, M or G, such as 256M")
    String maximum_memory() default "0";

    @AttributeDefinition(
            name = "Boot timeout",
            description = "How long a guest may take to answer for the first time, such as 60s.")
    @Allowed(
            pattern = "0*[1-9]\\d{0,8}(ms|s|m)",
            rule = "a number above 0 with ms, s or m, such as 60s")
    String boot_timeout() default "60s";

    @AttributeDefinition(
            name = "Plugin grace",
            description = "How long a call waits for a plugin that is not there, such as 10s.")
    @Allowed(pattern = "\\d{1,9}(ms|s|m)", rule = "a number with ms, s or m, such as 10s")
    String plugin_grace() default "10s";

    @AttributeDefinition(
            name = "Plugin timeout",
            description =
                    "How long a plugin may take to become ready, and to return from a call, such as"
                            + " 120s; 0s for any time. Longer than the timeouts in the configuration"
                            + " of plugins.")
    String plugin_timeout() default "120s";

    @AttributeDefinition(
            name = "Container stop timeout",
            description = "How long a container may take to end by itself, such as 10s.")
    @Allowed(pattern = "\\d{1,9}(ms|s|m)", rule = "a number with ms, s or m, such as 10s")
    String container_stop_timeout() default "10s";

    @AttributeDefinition(
            name = "Default network",
            description =
                    "The network of sandboxes that ask for none: none, which starts soonest, or"
                            + " user, which needs no privileges.",
            options = {
                @Option(label = "none", value = "none"),
                @Option(label = "user", value = "user")
            })
    String network_default() default "none";

    @AttributeDefinition(
            name = "Name servers",
            description =
                    "Addresses, with commas, of the name servers on networks that bring none: those"
                            + " of tap devices and network namespaces.")
    @Allowed(pattern = "[0-9a-fA-F.:,\\s]*", rule = "IP addresses, with commas")
    String network_nameservers() default "";

    @AttributeDefinition(
            name = "Guest image",
            description = "The directory with guest.properties. Required.")
    @Allowed(pattern = ".+", rule = "the path of a directory")
    String guest_image() default "";

    @AttributeDefinition(
            name = "Data directory",
            description = "Where the core keeps what it makes, such as packed images. Required.")
    @Allowed(pattern = ".+", rule = "the path of a directory")
    String data_directory() default "";
}
