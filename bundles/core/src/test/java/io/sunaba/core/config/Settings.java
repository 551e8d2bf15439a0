package io.sunaba.core.config;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// Configuration as it was written: the defaults, and what a test sets.
public final class Settings {
    private Settings() {}

    /// @param changes values by their property names
    public static CoreSettings of(Path directory, Map<String, Object> changes) {
        Map<String, Object> values = new HashMap<>(changes);
        values.putIfAbsent("guest.image", directory.resolve("guest").toString());
        values.putIfAbsent("data.directory", directory.resolve("data").toString());
        return (CoreSettings)
                Proxy.newProxyInstance(
                        CoreSettings.class.getClassLoader(),
                        new Class<?>[] {CoreSettings.class},
                        (_, method, _) ->
                                values.getOrDefault(
                                        method.getName().replace('_', '.'),
                                        method.getDefaultValue()));
    }
}
