package org.example.sunaba.queue;

import io.sunaba.tck.factory.FactoryContract;
import io.sunaba.tck.junit.ContractTests;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class QueueFactoryContractTest {
    @TestFactory
    Stream<DynamicTest> contract() {
        return ContractTests.of(FactoryContract.suite(), QueueFixture::new);
    }
}
