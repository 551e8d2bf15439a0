package io.sunaba.metrics.prometheus;

import io.sunaba.configuration.Allowed;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/// The configuration `io.sunaba.metrics` as written; [MetricsConfig] is what is made of it.
@ObjectClassDefinition(
        pid = MetricsConfig.PID,
        name = "Sunaba metrics",
        description = "Metrics over HTTP, in the text format of Prometheus.")
public @interface MetricsSettings {
    @AttributeDefinition(
            name = "Enabled",
            description = "Whether to serve them: true or false.",
            options = {
                @Option(label = "true", value = "true"),
                @Option(label = "false", value = "false")
            })
    String enabled() default "false";

    @AttributeDefinition(
            name = "Address",
            description = "An address of the loopback interface to listen at.")
    @Allowed(
            pattern = "127(\\.\\d{1,3}){3}|[0:]*:0*1",
            rule = "an address of the loopback interface, such as 127.0.0.1")
    String address() default "127.0.0.1";

    @AttributeDefinition(name = "Port", description = "The port to listen at, 1 to 65535.")
    @Allowed(
            pattern =
                    "0*([1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])",
            rule = "a number from 1 to 65535")
    String port() default "9190";

    @AttributeDefinition(
            name = "Scrape timeout",
            description = "How long a sandbox may take to answer, such as 5s.")
    @Allowed(pattern = "[1-9]\\d{0,5}\\s*(ms|s|m)", rule = "a number with ms, s or m, such as 5s")
    String scrape_timeout() default "5s";
}
