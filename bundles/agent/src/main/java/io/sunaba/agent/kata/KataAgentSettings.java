package io.sunaba.agent.kata;

import io.sunaba.configuration.Allowed;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// The configuration as it is written; [KataAgentConfig] is what is made of it.
@ObjectClassDefinition(
        name = "Sunaba Kata agent driver",
        description = "Speaks to agents in guests by Kata's agent protocol.")
public @interface KataAgentSettings {
    @AttributeDefinition(
            name = "Request timeout",
            description = "How long an agent may take to answer a request, such as 60s.")
    @Allowed(
            pattern = "0*[1-9]\\d{0,8}(ms|s|m)",
            rule = "a number above 0 with ms, s or m, such as 60s")
    String request_timeout() default "60s";
}
