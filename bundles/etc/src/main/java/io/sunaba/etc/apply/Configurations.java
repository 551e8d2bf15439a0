package io.sunaba.etc.apply;

import static java.util.Objects.requireNonNull;

import io.sunaba.etc.EtcFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/// The configurations that are in force, which outlive a restart.
final class Configurations {
    /// The property that tells which file a configuration came from. Components see it, and
    /// services do not bear it.
    private static final String FILE = ".sunaba.file";

    private final ConfigurationAdmin admin;

    Configurations(ConfigurationAdmin admin) {
        this.admin = requireNonNull(admin, "admin is null");
    }

    /// Puts the values of a file in force.
    void put(EtcFile file) throws IOException {
        Map<String, Object> properties = new HashMap<>(file.values());
        String ranking = file.values().get(Constants.SERVICE_RANKING);
        if (ranking != null) {
            properties.put(Constants.SERVICE_RANKING, Integer.valueOf(ranking));
        }
        properties.put(FILE, file.path().toString());
        configuration(file.pid(), file.name())
                .updateIfDifferent(FrameworkUtil.asDictionary(properties));
    }

    /// Returns the values in force that came from a file, or null if there are none.
    @Nullable Map<String, String> values(Path file) throws IOException {
        Configuration found = find("(" + FILE + "=" + escaped(file) + ")");
        if (found == null) {
            return null;
        }
        Map<String, String> values = new HashMap<>();
        var properties = found.getProperties();
        for (String key : Collections.list(properties.keys())) {
            if (!key.equals(FILE)
                    && !key.equals(Constants.SERVICE_PID)
                    && !key.equals("service.factoryPid")) {
                values.put(key, String.valueOf(properties.get(key)));
            }
        }
        return values;
    }

    /// Takes the configuration away that came from a file.
    void remove(Path file) throws IOException {
        Configuration found = find("(" + FILE + "=" + escaped(file) + ")");
        if (found != null) {
            found.delete();
        }
    }

    /// Takes those away that came from files which are not below a folder, or not there any more.
    void keepOnly(Path folder) throws IOException {
        for (Configuration found : list("(" + FILE + "=*)")) {
            Path file = Path.of(String.valueOf(found.getProperties().get(FILE)));
            if (!folder.equals(file.getParent()) || !file.toFile().isFile()) {
                found.delete();
            }
        }
    }

    private Configuration configuration(String pid, @Nullable String name) throws IOException {
        return name == null
                ? admin.getConfiguration(pid, "?")
                : admin.getFactoryConfiguration(pid, name, "?");
    }

    private @Nullable Configuration find(String filter) throws IOException {
        Configuration[] found = list(filter);
        return found.length == 0 ? null : found[0];
    }

    private Configuration[] list(String filter) throws IOException {
        try {
            Configuration[] found = admin.listConfigurations(filter);
            return found == null ? new Configuration[0] : found;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("the filter is sound", e);
        }
    }

    private static String escaped(Path file) {
        return file.toString().replaceAll("[\\\\*()]", "\\\\$0");
    }
}
