package io.sunaba.tck.hypervisor;

import io.sunaba.hypervisor.Hypervisor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a hypervisor plugin declares of its abilities, by the property [Hypervisor#ABILITIES] of
/// its component.
public final class DeclaredAbilities {
    private static final Pattern PROPERTY =
            Pattern.compile(
                    "<property name=\"%s\"[^>]*>([^<]*)</property>"
                            .formatted(Hypervisor.ABILITIES));

    private DeclaredAbilities() {}

    /// Reads the description of a component whose class is given.
    public static Set<String> of(Class<? extends Hypervisor> component) throws IOException {
        String resource = "/OSGI-INF/%s.xml".formatted(component.getName());
        try (InputStream description = component.getResourceAsStream(resource)) {
            if (description == null) {
                throw new IOException("there is no description " + resource);
            }
            return of(new String(description.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /// Reads the text of a component's description (source: OSGi Compendium, 112.4).
    public static Set<String> of(String description) {
        Set<String> abilities = new TreeSet<>();
        Matcher matcher = PROPERTY.matcher(description);
        if (matcher.find()) {
            matcher.group(1).strip().lines().map(String::strip).forEach(abilities::add);
        }
        return abilities;
    }
}
