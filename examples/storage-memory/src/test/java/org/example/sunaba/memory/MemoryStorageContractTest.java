package org.example.sunaba.memory;

import io.sunaba.tck.junit.ContractTests;
import io.sunaba.tck.storage.StorageContract;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class MemoryStorageContractTest {
    @TestFactory
    Stream<DynamicTest> contract() {
        return ContractTests.of(StorageContract.suite(), MemoryStorageFixture::new);
    }
}
