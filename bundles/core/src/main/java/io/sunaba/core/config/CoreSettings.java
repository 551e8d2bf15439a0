package io.sunaba.core.config;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// The configuration `io.sunaba.core` as written; [CoreConfig] is what is made of it.
@ObjectClassDefinition(
        pid = CoreConfig.PID,
        name = "Sunaba core",
        description = "Defaults and limits of sandboxes, and where the platform finds its things.")
public @interface CoreSettings {
    @AttributeDefinition(
            name = "Default hypervisor",
            description = "Name of the hypervisor plugin for sandboxes that name none.")
    String default_hypervisor() default "qemu";

    @AttributeDefinition(
            name = "Default factory",
            description = "Name of the VM factory plugin for sandboxes that name none.")
    String default_factory() default "new";

    @AttributeDefinition(
            name = "Default storage",
            description = "Name of the metadata storage plugin. In force from the next start on.")
    String default_storage() default "fs";

    @AttributeDefinition(
            name = "Default agent",
            description = "Name of the agent plugin, which speaks to the guests.")
    String default_agent() default "kata";

    @AttributeDefinition(
            name = "Factory fallback",
            description =
                    "Names of VM factories, with commas: which serve, in this order, when the chosen"
                            + " one cannot.")
    String factory_fallback() default "cache,template,new";

    @AttributeDefinition(
            name = "Default virtual CPUs",
            description = "Virtual CPUs of sandboxes that ask for no number.")
    int default_vcpus() default 1;

    @AttributeDefinition(
            name = "Default memory",
            description = "Memory of sandboxes that ask for none: bytes, or with K, M or G.")
    String default_memory() default "256M";

    @AttributeDefinition(
            name = "Maximum virtual CPUs",
            description = "The most that one sandbox may have; 0 for all that the host has.")
    int maximum_vcpus() default 0;

    @AttributeDefinition(
            name = "Maximum memory",
            description = "The most that one sandbox may have; 0 for all that the host has.")
    String maximum_memory() default "0";

    @AttributeDefinition(
            name = "Boot timeout",
            description = "How long a guest may take to answer for the first time, such as 60s.")
    String boot_timeout() default "60s";

    @AttributeDefinition(
            name = "Plugin grace",
            description = "How long a call waits for a plugin that is not there, such as 10s.")
    String plugin_grace() default "10s";

    @AttributeDefinition(
            name = "Container stop timeout",
            description = "How long a container may take to end by itself, such as 10s.")
    String container_stop_timeout() default "10s";

    @AttributeDefinition(
            name = "Guest image",
            description = "The directory with guest.properties. Required.")
    String guest_image() default "";

    @AttributeDefinition(
            name = "Data directory",
            description = "Where the core keeps what it makes, such as packed images. Required.")
    String data_directory() default "";
}
