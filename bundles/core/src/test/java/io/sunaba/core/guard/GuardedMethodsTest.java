package io.sunaba.core.guard;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a guard does not pass on is a default method of the contract: the plugin's own would never
/// be called.
class GuardedMethodsTest {
    @ParameterizedTest
    @ValueSource(
            classes = {
                GuardedAgent.class,
                GuardedDriver.class,
                GuardedFactory.class,
                GuardedHypervisor.class,
                GuardedMachine.class,
                GuardedRestore.class,
                GuardedStorage.class
            })
    void everyMethodOfTheContractIsPassedOn(Class<?> guarded) {
        for (Class<?> contract : guarded.getInterfaces()) {
            for (Method method : contract.getMethods()) {
                if (!Modifier.isStatic(method.getModifiers())) {
                    assertThatCode(() ->
                                    guarded.getDeclaredMethod(
                                            method.getName(), method.getParameterTypes()))
                            .as(method.toString())
                            .doesNotThrowAnyException();
                }
            }
        }
    }
}
