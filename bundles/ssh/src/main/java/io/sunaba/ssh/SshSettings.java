package io.sunaba.ssh;

import io.sunaba.configuration.Allowed;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/// The configuration `io.sunaba.ssh` as written; [SshConfig] is what is made of it.
@ObjectClassDefinition(
        pid = SshConfig.PID,
        name = "Sunaba SSH console",
        description = "The shell for OpenSSH clients.")
public @interface SshSettings {
    @AttributeDefinition(
            description = "Whether to serve it.",
            options = {
                @Option(label = "true", value = "true"),
                @Option(label = "false", value = "false")
            })
    String enabled() default "false";

    @AttributeDefinition(description = "The address to listen at.")
    @Allowed(pattern = "[0-9a-fA-F.:]+", rule = "an IP address, such as 127.0.0.1")
    String address() default "127.0.0.1";

    @AttributeDefinition(description = "The port to listen at.", min = "1", max = "65535")
    int port() default 8122;

    @AttributeDefinition(
            name = "authorized.keys",
            description = "The file of the public keys that may log in, a line each.")
    @Allowed(pattern = "/.*", rule = "an absolute path")
    String authorized_keys();

    @AttributeDefinition(
            name = "host.key",
            description =
                    "The file of the private key that the server is known by; made if it is missing.")
    @Allowed(pattern = "/.*", rule = "an absolute path")
    String host_key();
}
