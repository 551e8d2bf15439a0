package io.sunaba.metrics.prometheus;

import java.lang.annotation.Annotation;

/// A configuration as Declarative Services would give it.
@SuppressWarnings("BadAnnotationImplementation") // never compared
record Settings(String enabled, String address, String port, String scrape_timeout)
        implements MetricsSettings {
    Settings() {
        this("false", "127.0.0.1", "9190", "5s");
    }

    @Override
    public Class<? extends Annotation> annotationType() {
        return MetricsSettings.class;
    }
}
