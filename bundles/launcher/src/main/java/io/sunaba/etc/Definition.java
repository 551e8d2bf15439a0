package io.sunaba.etc;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What a bundle says of a configuration of its own.
///
/// @param pid the configuration, or the kind of it of which there may be several
/// @param properties what it may consist of, by name
public record Definition(String pid, Map<String, Property> properties) {
    /// What any component takes: which of several services is the first.
    private static final Set<String> ALWAYS = Set.of("service.ranking");

    public Definition {
        requireNonNull(pid, "pid is null");
        properties = Map.copyOf(properties);
    }

    /// Returns what is wrong with values, or null if nothing is.
    @Nullable String problem(Map<String, String> values) {
        for (Map.Entry<String, String> entry : values.entrySet()) {
            String name = entry.getKey();
            Property property = properties.get(name);
            if (property == null) {
                if (!ALWAYS.contains(name)) {
                    return "%s is no property; there are %s"
                            .formatted(name, String.join(", ", new TreeSet<>(properties.keySet())));
                }
                continue;
            }
            String rule = property.broken(entry.getValue());
            if (rule != null) {
                return "%s is '%s': it must be %s".formatted(name, entry.getValue(), rule);
            }
        }
        return properties.values().stream()
                .filter(property -> property.required() && !values.containsKey(property.name()))
                .map(property -> property.name() + " is not set")
                .sorted()
                .findFirst()
                .orElse(null);
    }
}
