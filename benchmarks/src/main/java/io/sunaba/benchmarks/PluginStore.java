package io.sunaba.benchmarks;

import io.sunaba.storage.MetadataStorage;
import java.lang.reflect.Constructor;
import java.lang.reflect.Proxy;
import java.util.Map;

/// A storage plugin, activated by its constructor as Declarative Services does it.
///
/// @param plugin the component
record PluginStore(MetadataStorage plugin) implements Store {
    /// @param settings the configuration by property
    static PluginStore open(Class<? extends MetadataStorage> type, Map<String, String> settings)
            throws ReflectiveOperationException {
        Constructor<?> constructor = type.getConstructors()[0];
        Class<?> annotation = constructor.getParameterTypes()[0];
        Object values =
                Proxy.newProxyInstance(
                        annotation.getClassLoader(),
                        new Class<?>[] {annotation},
                        (_, property, _) -> settings.get(property.getName()));
        return new PluginStore((MetadataStorage) constructor.newInstance(values));
    }

    @Override
    public void save(String key, byte[] value) {
        plugin.save(key, value);
    }

    @Override
    public void close() throws ReflectiveOperationException {
        plugin.getClass().getMethod("close").invoke(plugin);
    }
}
