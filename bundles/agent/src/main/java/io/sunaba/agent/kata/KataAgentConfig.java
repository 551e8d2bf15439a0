package io.sunaba.agent.kata;

import io.sunaba.error.RejectedException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The configuration, valid as a whole.
///
/// @param requestTimeout how long an agent may take to answer a request
record KataAgentConfig(Duration requestTimeout) {
    static final String PID = "io.sunaba.agent.kata";

    private static final String REQUEST_TIMEOUT = "request.timeout";
    private static final Set<String> OWN = Set.of(REQUEST_TIMEOUT, "sunaba.name");

    // What the framework and the reader of configuration files add of their own.
    private static final Pattern FOREIGN =
            Pattern.compile("(service|component|osgi|felix|objectClass|\\.).*");
    private static final Pattern TIME = Pattern.compile("([0-9]{1,9})(ms|s|m)");

    /// Checks what was configured.
    ///
    /// @param properties all properties that the component has
    /// @throws RejectedException if a value breaks a rule, or there is a property that nobody knows
    static KataAgentConfig of(String requestTimeout, Map<String, ?> properties) {
        Set<String> unknown = new TreeSet<>(properties.keySet());
        unknown.removeIf(key -> OWN.contains(key) || FOREIGN.matcher(key).matches());
        if (!unknown.isEmpty()) {
            throw new RejectedException(
                    PID + ": unknown property " + unknown + "; known is " + REQUEST_TIMEOUT);
        }
        return new KataAgentConfig(time(REQUEST_TIMEOUT, requestTimeout));
    }

    private static Duration time(String key, String value) {
        Matcher matcher = TIME.matcher(value.strip());
        if (matcher.matches()) {
            long number = Long.parseLong(matcher.group(1));
            Duration time =
                    switch (matcher.group(2)) {
                        case "ms" -> Duration.ofMillis(number);
                        case "s" -> Duration.ofSeconds(number);
                        default -> Duration.ofMinutes(number);
                    };
            if (time.isPositive()) {
                return time;
            }
        }
        throw new RejectedException(
                "%s: %s is '%s': it must be a number above 0 with ms, s or m"
                        .formatted(PID, key, value));
    }
}
