package io.sunaba.core.plugin;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/// The plugins that would be there if they had not failed.
public final class FailedPlugins implements Plugins.Absence {
    private static final String OWN_ERRORS = "io.sunaba.error.";
    private static final String CAUSE = "Caused by: ";

    private final ServiceComponentRuntime components;

    public FailedPlugins(ServiceComponentRuntime components) {
        this.components = requireNonNull(components, "components is null");
    }

    @Override
    public Optional<String> reason(Kind<?> kind, String name) {
        return components.getComponentDescriptionDTOs().stream()
                .filter(component -> provides(component, kind, name))
                .flatMap(component -> components.getComponentConfigurationDTOs(component).stream())
                .filter(it -> it.state == ComponentConfigurationDTO.FAILED_ACTIVATION)
                .map(it -> message(it.failure))
                .findFirst();
    }

    private static boolean provides(ComponentDescriptionDTO component, Kind<?> kind, String name) {
        return List.of(component.serviceInterfaces).contains(kind.type().getName())
                && name.equals(component.properties.get(Plugins.NAME));
    }

    /// Returns the message of the first error in a stack trace that is meant for people, else that
    /// of the innermost one.
    static String message(String trace) {
        String chosen = "";
        for (String line : trace.lines().toList()) {
            String error = line.startsWith(CAUSE) ? line.substring(CAUSE.length()) : line;
            if (error.startsWith(OWN_ERRORS)) {
                chosen = error;
                break;
            }
            if (chosen.isEmpty() || line.startsWith(CAUSE)) {
                chosen = error;
            }
        }
        return chosen.replaceFirst("^[\\w.$]+(Exception|Error): ", "").strip();
    }
}
