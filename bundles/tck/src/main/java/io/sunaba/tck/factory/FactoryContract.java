package io.sunaba.tck.factory;

import io.sunaba.factory.VmFactory;
import io.sunaba.tck.Check;
import io.sunaba.tck.Suite;
import java.util.ArrayList;
import java.util.List;

/// What every [VmFactory] must do.
public final class FactoryContract {
    private FactoryContract() {}

    /// What a check does with an open factory.
    @FunctionalInterface
    interface Use {
        void of(FactoryFixture fixture, VmFactory factory) throws Throwable;
    }

    /// Returns the suite.
    public static Suite<FactoryFixture> suite() {
        List<Check<FactoryFixture>> checks = new ArrayList<>();
        checks.addAll(HandOverChecks.all());
        checks.addAll(FailureChecks.all());
        return new Suite<>("VM factory", checks);
    }

    /// Makes a check that needs a factory which is open from its start to its end, and can serve.
    static Check<FactoryFixture> check(String name, Use use) {
        return new Check<>(
                name,
                fixture -> {
                    VmFactory factory = fixture.open();
                    try {
                        fixture.ready(factory);
                        use.of(fixture, factory);
                    } finally {
                        fixture.close(factory);
                    }
                });
    }
}
