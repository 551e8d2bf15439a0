package io.sunaba.metrics.prometheus;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// The configuration `io.sunaba.metrics` as written; [MetricsConfig] is what is made of it.
@ObjectClassDefinition(
        pid = MetricsConfig.PID,
        name = "Sunaba metrics",
        description = "Metrics over HTTP, in the text format of Prometheus.")
public @interface MetricsSettings {
    @AttributeDefinition(name = "Enabled", description = "Whether to serve them: true or false.")
    String enabled() default "false";

    @AttributeDefinition(
            name = "Address",
            description = "An address of the loopback interface to listen at.")
    String address() default "127.0.0.1";

    @AttributeDefinition(name = "Port", description = "The port to listen at, 1 to 65535.")
    String port() default "9190";

    @AttributeDefinition(
            name = "Scrape timeout",
            description = "How long a sandbox may take to answer, such as 5s.")
    String scrape_timeout() default "5s";
}
