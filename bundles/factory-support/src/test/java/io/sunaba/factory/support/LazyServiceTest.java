package io.sunaba.factory.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

class LazyServiceTest {
    private final List<String> calls = new ArrayList<>();
    private final LazyService<String> service =
            new LazyService<>(fake(BundleContext.class), fake(ServiceReference.class));

    @SuppressWarnings("unchecked")
    private <T> T fake(Class<? super T> type) {
        return (T)
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (_, method, _) -> {
                            calls.add(method.getName());
                            return method.getReturnType() == boolean.class
                                    ? (Object) true
                                    : "service";
                        });
    }

    @Test
    void isGotWhenItIsFirstWantedAndOnce() {
        assertThat(calls).as("whoever serves may be looking for us just now").isEmpty();

        assertThat(service.find()).contains("service");
        assertThat(service.find()).contains("service");
        assertThat(calls).containsExactly("getService");
    }

    @Test
    void isGivenBackIfItWasGot() {
        service.find();
        service.release();

        assertThat(calls).containsExactly("getService", "ungetService");
        assertThat(service.find()).isEmpty();
    }

    @Test
    void isNotGivenBackIfItWasNeverGot() {
        service.release();

        assertThat(calls).isEmpty();
    }
}
